//! Tasks, calls and recordings on disk.
