//! Other people's formats, read and written: carriers' REST, webhooks, documents, media messages, signatures.
