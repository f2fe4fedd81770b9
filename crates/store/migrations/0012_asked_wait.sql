-- How long the phone provider asked to wait before the next call, where it placed none for that: the task is tried again then.
ALTER TABLE call_figures ADD COLUMN asked_wait_ms INTEGER;
