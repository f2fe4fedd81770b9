-- Which telephone a further leg rings, so that a leg that outlives its call is known for ours. A row is kept for two days: no leg
-- lives for longer.
CREATE TABLE further_legs (
    expense_id TEXT PRIMARY KEY NOT NULL REFERENCES expenses (id),
    -- The stand-in of its number.
    telephone_key TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    -- NULL until the carrier has named it.
    carrier_call TEXT
);
CREATE INDEX further_legs_by_call ON further_legs (carrier_call);
CREATE INDEX further_legs_by_telephone ON further_legs (telephone_key);
