//! What to say and when: turn-taking, screening, the scripted conversation and the report with its proof.
