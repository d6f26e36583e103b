-- How many rows cover a sample that another row of the same stream and gateway life covers too. Must be 0.
SELECT count(*)
FROM samples a JOIN samples b
  ON a.stream = b.stream AND a.incarnation = b.incarnation AND (a.second, a.first_sequence) < (b.second, b.first_sequence)
 AND a.last_sequence >= b.first_sequence AND b.last_sequence >= a.first_sequence;
