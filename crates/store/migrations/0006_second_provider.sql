-- Why the phone provider that was asked first placed no call, where a second one was asked: its own words, without anybody's number.
ALTER TABLE call_figures ADD COLUMN passed_over TEXT;
