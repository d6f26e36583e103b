-- What is stored of each stream of the demo, as the clients' own figures have it.
SELECT 'stream' AS stream, 'seconds' AS seconds, 'requests' AS requests, 'mean latency [ms]' AS mean, 'errors' AS errors
UNION ALL
SELECT gateway || '/' || volume || '/' || client,
       count(DISTINCT second)::text,
       sum(completions)::text,
       coalesce(round(sum(total_latency_sum_ns) / nullif(sum(completions), 0) / 1e6, 2)::text, '-'),
       sum(errors)::text
FROM samples JOIN streams ON streams.id = samples.stream
GROUP BY gateway, volume, client;
