//! The wish that the program ends: Ctrl-C, or the system's own request.

/// Hears each such wish.
pub(super) struct Ending {
    #[cfg(unix)]
    terminate: Option<tokio::signal::unix::Signal>,
}

impl Ending {
    /// Begins to listen. Call it once, before the work that may be ended.
    pub(super) fn new() -> Self {
        Self {
            // Without it only Ctrl-C is heard, and the system's request ends the program as it ends any other.
            #[cfg(unix)]
            terminate: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).ok(),
        }
    }

    /// Waits for the next wish.
    pub(super) async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(terminate) = &mut self.terminate {
            tokio::select! {
                _ = terminate.recv() => {}
                () = ctrl_c() => {}
            }
            return;
        }
        ctrl_c().await;
    }
}

/// A system that tells no signals leaves the program running until it is killed.
async fn ctrl_c() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
