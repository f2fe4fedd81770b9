//! A bad way between the carrier and the program: sound comes unevenly or not at all.

use std::collections::VecDeque;

use simulator::impairment::{Impairer, Impairment};
use telephony::SessionTime;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Carries messages one way until either end is gone. Sound may be lost, or held up; nothing overtakes, as nothing does in one
/// connection.
pub async fn carry<T>(mut from: mpsc::Receiver<T>, to: mpsc::Sender<T>, (impairment, seed): (Impairment, u64), is_sound: impl Fn(&T) -> bool) {
    let began = Instant::now();
    let mut impairer = Impairer::new(impairment, seed);
    let mut waiting: VecDeque<(Instant, T)> = VecDeque::new();
    let mut last = began;
    // As many as the way without faults holds: whoever sends more waits, or has lost the stream, as ever.
    let most = from.max_capacity();
    loop {
        let due = waiting.front().map_or(last, |(due, _)| *due);
        tokio::select! {
            biased;
            () = to.closed() => return,
            () = tokio::time::sleep_until(due), if !waiting.is_empty() => {
                if let Some((_, message)) = waiting.pop_front()
                    && to.send(message).await.is_err()
                {
                    return;
                }
            }
            came = from.recv(), if waiting.len() < most => {
                let Some(message) = came else { break };
                let now = SessionTime::ZERO + began.elapsed();
                let arrivals = if is_sound(&message) { impairer.deliveries(now) } else { vec![now] };
                let Some(at) = arrivals.first() else { continue };
                last = last.max(began + at.since(SessionTime::ZERO));
                waiting.push_back((last, message));
            }
        }
    }
    for (due, message) in waiting {
        tokio::time::sleep_until(due).await;
        if to.send(message).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    async fn carried(impairment: Impairment) -> Vec<u32> {
        let (sender, from) = mpsc::channel(64);
        let (to, mut receiver) = mpsc::channel(64);
        tokio::spawn(carry(from, to, (impairment, 7), |n: &u32| n.is_multiple_of(2)));
        for n in 0..40 {
            sender.send(n).await.unwrap();
        }
        drop(sender);
        let mut came = Vec::new();
        while let Some(n) = receiver.recv().await {
            came.push(n);
        }
        came
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_no_sound_always_arrives_and_nothing_overtakes() {
        let came = carried(Impairment { lost_permille: 500, jitter: Duration::from_millis(200), ..Impairment::default() }).await;
        assert!(came.is_sorted(), "{came:?}");
        assert_eq!(came.iter().filter(|n| *n % 2 == 1).count(), 20);
        let sound = came.len() - 20;
        assert!((1..20).contains(&sound), "{sound} of 20");
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_that_only_jitters_loses_nothing() {
        assert_eq!(carried(Impairment { jitter: Duration::from_millis(40), ..Impairment::default() }).await, (0..40).collect::<Vec<_>>());
    }
}
