//! Binds, serves, stops.

use std::io::ErrorKind;
use std::net::SocketAddr;

use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::router::router;
use crate::state::ServerState;

/// Why the server cannot listen.
#[derive(Debug, Error)]
pub enum ServeError {
    /// Somebody else listens there. Name another address, or port 0 for any free one.
    #[error("{address} is in use by another program")]
    PortInUse {
        /// Where.
        address: SocketAddr,
    },
    /// The address cannot be had.
    #[error("cannot listen on {address}")]
    CannotListen {
        /// Where.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
}

/// A bound address that does not serve yet: the public origin may depend on its port.
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
}

/// A running server. Dropping it stops it at once; [`Server::stop`] waits for what is under way.
pub struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    work: JoinHandle<()>,
}

impl Bound {
    /// Binds an address; port 0 takes any free one.
    ///
    /// # Errors
    /// [`ServeError`].
    pub async fn to(address: SocketAddr) -> Result<Self, ServeError> {
        let listener = TcpListener::bind(address).await.map_err(|source| match source.kind() {
            ErrorKind::AddrInUse => ServeError::PortInUse { address },
            _ => ServeError::CannotListen { address, source },
        })?;
        let address = listener.local_addr().map_err(|source| ServeError::CannotListen { address, source })?;
        Ok(Self { listener, address })
    }

    /// Returns the address with its true port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Begins to serve.
    pub fn serve(self, state: ServerState) -> Server {
        use axum::serve::ListenerExt;
        let (stop, mut stopped) = watch::channel(false);
        // Audio leaves in small pieces that must not wait for each other.
        let listener = self.listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        let work = tokio::spawn(async move {
            let serving = axum::serve(listener, router(state)).with_graceful_shutdown(async move {
                // An error means that the server was dropped, which is a wish to stop as well.
                let _ = stopped.wait_for(|stop| *stop).await;
            });
            if let Err(error) = serving.await {
                tracing::error!(%error, "the server stopped");
            }
        });
        Server { address: self.address, stop, work }
    }
}

impl Server {
    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no new connections and waits up to five seconds for those under way.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if tokio::time::timeout(std::time::Duration::from_secs(5), &mut self.work).await.is_err() {
            self.work.abort();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.work.abort();
    }
}
