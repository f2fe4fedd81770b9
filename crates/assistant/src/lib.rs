//! The errand and its rules: tasks, approval, the gate that clears a dial, money.
