//! `<Enqueue>`: lets the call wait in a queue until it is taken out.

use super::attribute::element;
use super::dial::plain_text;
use super::limits;
use super::warning::Warnings;
use crate::http::Method;
use crate::xml::Element;

element! {
    /// Lets the call wait in a queue, which is made if there is none.
    Enqueue as "Enqueue" {
        /// Where to go on once it is out; the next verb if not said.
        action: Option<String>, "action";
        /// How to ask there.
        method: Method = Method::Post, "method";
        /// What is heard while it waits, asked for again whenever it ends. Empty text means silence; Twilio's music if not said.
        wait_url: Option<String>, "waitUrl";
        /// How to ask for it; `POST` for one that is named, `GET` for Twilio's.
        wait_url_method: Option<Method>, "waitUrlMethod";
        /// How many may wait.
        max_queue_size: Option<u32>, "maxQueueSize";
        /// `WW…`: who distributes, in place of a queue.
        workflow_sid: Option<String>, "workflowSid";
    }
    inside {
        /// The queue's name, or what to distribute.
        what: Enqueued,
    }
}

/// What waits where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Enqueued {
    /// The call, in the queue of this name.
    In(String),
    /// A task of Twilio's distributor, kept as it is.
    Task(Element),
}

impl Default for Enqueued {
    fn default() -> Self {
        Self::In(String::new())
    }
}

impl Enqueue {
    /// Returns the verb for a queue.
    pub fn new(name: impl Into<String>) -> Self {
        Self { what: Enqueued::In(name.into()), ..Self::default() }
    }

    pub(super) fn read(element: &Element, warnings: &mut Warnings) -> Self {
        let mut enqueue = Self { what: Enqueued::In(plain_text(element)), ..Self::of_attributes(element, warnings) };
        for inner in element.elements() {
            if inner.name == "Task" {
                enqueue.what = Enqueued::Task(inner.clone());
            } else {
                warnings.of(inner, "an element that cannot stand inside <Enqueue> is passed over");
            }
        }
        if let Enqueued::In(name) = &enqueue.what {
            limits::queue_name(element, name, warnings);
        }
        enqueue
    }

    pub(super) fn to_element(&self) -> Element {
        let element = self.with_attributes();
        match &self.what {
            Enqueued::In(name) => element.text(name.clone()),
            Enqueued::Task(task) => element.child(task.clone()),
        }
    }
}
