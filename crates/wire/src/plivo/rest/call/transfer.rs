//! A new document for one leg of a live call, or for both.

use serde_json::{Map, Value};

use crate::http::Method;
use crate::plivo::rest::RestError;
use crate::plivo::rest::address::WebUrl;
use crate::plivo::rest::body::{Write as _, method, needed_url};
use crate::plivo::rest::route::Asked;

/// A document to go on with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NextDocument {
    /// Where it is.
    pub url: WebUrl,
    /// How to ask for it; `POST` if not said.
    pub method: Option<Method>,
}

/// Which leg of a call goes on with what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Transfer {
    /// The leg that Plivo made first, or that called in.
    ALeg(NextDocument),
    /// The leg that a `<Dial>` made.
    BLeg(NextDocument),
    /// Each its own way.
    Both {
        /// The first leg.
        aleg: NextDocument,
        /// The other one.
        bleg: NextDocument,
    },
}

impl Transfer {
    pub(super) fn read(asked: &Asked) -> Result<Self, RestError> {
        let document = |url_key: &str, method_key: &str| {
            Ok::<_, RestError>(NextDocument { url: needed_url(&asked.body, url_key)?, method: method(&asked.body, method_key)? })
        };
        let aleg = || document("aleg_url", "aleg_method");
        let bleg = || document("bleg_url", "bleg_method");
        match asked.body.text("legs").as_deref() {
            None | Some("aleg") => Ok(Self::ALeg(aleg()?)),
            Some("bleg") => Ok(Self::BLeg(bleg()?)),
            Some("both") => Ok(Self::Both { aleg: aleg()?, bleg: bleg()? }),
            Some(_) => Err(RestError::invalid("legs", "one of aleg, bleg, both")),
        }
    }

    pub(super) fn to_body(&self) -> Map<String, Value> {
        let mut body = Map::new();
        let (legs, aleg, bleg) = match self {
            Self::ALeg(aleg) => ("aleg", Some(aleg), None),
            Self::BLeg(bleg) => ("bleg", None, Some(bleg)),
            Self::Both { aleg, bleg } => ("both", Some(aleg), Some(bleg)),
        };
        body.insert("legs".into(), legs.into());
        if let Some(aleg) = aleg {
            aleg.url.write("aleg_url", &mut body);
            aleg.method.write("aleg_method", &mut body);
        }
        if let Some(bleg) = bleg {
            bleg.url.write("bleg_url", &mut body);
            bleg.method.write("bleg_method", &mut body);
        }
        body
    }
}
