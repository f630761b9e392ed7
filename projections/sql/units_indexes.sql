create index on decisions (from_position);
