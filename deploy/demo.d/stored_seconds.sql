-- Per volume: the seconds between its first and its last row, how many of them have a row, and the requests in all rows.
SELECT volume,
       extract(epoch FROM max(second) - min(second))::bigint + 1,
       count(DISTINCT second),
       sum(completions)
FROM samples JOIN streams ON streams.id = samples.stream
GROUP BY volume
ORDER BY volume;
