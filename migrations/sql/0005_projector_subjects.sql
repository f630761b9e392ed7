-- Rules of severity D ask about a person's other cases. What they show nobody answers, so it is in no
-- statement, and the projector judges such acts again: it must find those cases.
grant select on stream_subjects to litopys_projector;
