//! Who may hear which kind of fact: class × standing of the callee × kind of errand. Ordered, the first rule that fits decides.
//!
//! | class | who picks up | who comes later | who rings back | a machine | a voicemail |
//! | --- | --- | --- | --- | --- | --- |
//! | name, terms | say | say | say | say | say |
//! | contact | say to book, else asked | asked | asked | asked | say |
//! | reference | say about an order, else asked | asked | asked | asked | say |
//! | other | asked | asked | asked | asked | asked |
//! | account | asked | asked | never | asked | never |
//! | address, health | asked | asked | never | never | never |
//! | date of birth | asked | asked | never | asked | never |
//! | id number, payment | asked, in a complaint, cancellation or about an order | never | never | never | never |
//! | code | never | never | never | never | never |
//!
//! A message that is only passed on needs none of account, date of birth, id number and payment: never. A standing is what we can
//! truly know, see [`CalleeStanding`]; nobody's voice makes it better. The table itself is our choice, made so that an errand of
//! the kind can be done with the least that is asked for at a counter; no law names these cells.

use dialogue::brief::TaskType;
use dialogue::detail::{CalleeStanding, Detail, FactClass, Permission, WhyNever};

use crate::fact_class::{class_of, split_label};

/// Returns whether a fact of a class may be said to somebody of this standing on an errand of this kind.
pub const fn decide(class: FactClass, standing: CalleeStanding, purpose: TaskType) -> Permission {
    use CalleeStanding as S;
    use FactClass as F;
    use Permission::{Never, OnlyIfAsked, Say};
    match (class, standing) {
        (F::Code, _) => Never(WhyNever::NeverSpoken),
        (F::Name | F::Terms, _) => Say,
        (F::Other, _) => OnlyIfAsked,
        (F::Contact | F::Reference, S::Voicemail) => Say,
        (F::Contact, S::Dialed) if is_booking(purpose) => Say,
        (F::Reference, S::Dialed) if is_about_a_matter(purpose) => Say,
        (F::Contact | F::Reference, S::Dialed | S::PutThrough | S::RangBack | S::Machine) => OnlyIfAsked,
        (_, S::Voicemail) => Never(WhyNever::OnTape),
        (_, S::RangBack) => Never(WhyNever::TheyRangUs),
        (F::Account | F::DateOfBirth | F::IdNumber | F::Payment, S::Dialed | S::PutThrough | S::Machine)
            if matches!(purpose, TaskType::MessageDelivery) =>
        {
            Never(WhyNever::NotForThisErrand)
        }
        (F::Account | F::DateOfBirth, S::Dialed | S::PutThrough | S::Machine) => OnlyIfAsked,
        (_, S::Machine) => Never(WhyNever::ToMachine),
        (F::Address | F::Health, S::Dialed | S::PutThrough) => OnlyIfAsked,
        (F::IdNumber | F::Payment, S::PutThrough) => Never(WhyNever::NotWhoWasDialed),
        (F::IdNumber | F::Payment, S::Dialed) if is_about_a_matter(purpose) => OnlyIfAsked,
        (F::IdNumber | F::Payment, S::Dialed) => Never(WhyNever::NotForThisErrand),
    }
}

const fn is_booking(purpose: TaskType) -> bool {
    matches!(purpose, TaskType::AppointmentBooking | TaskType::AppointmentChange | TaskType::Reservation)
}

/// There is something already: an order, a contract, a reason to complain.
const fn is_about_a_matter(purpose: TaskType) -> bool {
    matches!(purpose, TaskType::OrderStatus | TaskType::Cancellation | TaskType::Complaint)
}

/// Returns the facts of a task, each with its class and whom it may be said to.
pub fn details(context: &[(String, String)], purpose: TaskType) -> Vec<Detail> {
    let detail = |(label, value): &(String, String)| {
        let class = class_of(label, value);
        Detail::new(split_label(label).0.to_owned(), value.clone(), class, |standing| decide(class, standing, purpose))
    };
    context.iter().map(detail).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    const PURPOSES: [TaskType; 10] = [
        TaskType::InformationInquiry,
        TaskType::AppointmentBooking,
        TaskType::AppointmentChange,
        TaskType::Reservation,
        TaskType::OrderStatus,
        TaskType::Cancellation,
        TaskType::Complaint,
        TaskType::QuoteRequest,
        TaskType::MessageDelivery,
        TaskType::Custom,
    ];

    /// One row a class, one column a standing: `S`ay, only if `a`sked, `-` never.
    fn table(purpose: TaskType) -> String {
        let cell = |class, standing| match decide(class, standing, purpose) {
            Permission::Say => 'S',
            Permission::OnlyIfAsked => 'a',
            Permission::Never(_) => '-',
        };
        let row = |class: FactClass| {
            let cells: String = CalleeStanding::ALL.into_iter().map(|standing| cell(class, standing)).collect();
            format!("{cells} {}\n", class.as_str())
        };
        FactClass::ALL.into_iter().map(row).collect()
    }

    #[test]
    fn the_whole_table_is_as_it_is_written() {
        expect![[r#"
            SSSSS name
            SSSSS terms
            aaaaS contact
            aaaaS reference
            aa--- address
            aa-a- date_of_birth
            aa-a- account
            aa--- health
            ----- id_number
            ----- payment
            ----- code
            aaaaa other
        "#]]
        .assert_eq(&table(TaskType::InformationInquiry));
        expect![[r#"
            SSSSS name
            SSSSS terms
            SaaaS contact
            aaaaS reference
            aa--- address
            aa-a- date_of_birth
            aa-a- account
            aa--- health
            ----- id_number
            ----- payment
            ----- code
            aaaaa other
        "#]]
        .assert_eq(&table(TaskType::Reservation));
        expect![[r#"
            SSSSS name
            SSSSS terms
            aaaaS contact
            SaaaS reference
            aa--- address
            aa-a- date_of_birth
            aa-a- account
            aa--- health
            a---- id_number
            a---- payment
            ----- code
            aaaaa other
        "#]]
        .assert_eq(&table(TaskType::Complaint));
        expect![[r#"
            SSSSS name
            SSSSS terms
            aaaaS contact
            aaaaS reference
            aa--- address
            ----- date_of_birth
            ----- account
            aa--- health
            ----- id_number
            ----- payment
            ----- code
            aaaaa other
        "#]]
        .assert_eq(&table(TaskType::MessageDelivery));
        for same in [TaskType::AppointmentBooking, TaskType::AppointmentChange] {
            assert_eq!(table(same), table(TaskType::Reservation));
        }
        for same in [TaskType::OrderStatus, TaskType::Cancellation] {
            assert_eq!(table(same), table(TaskType::Complaint));
        }
        for same in [TaskType::QuoteRequest, TaskType::Custom] {
            assert_eq!(table(same), table(TaskType::InformationInquiry));
        }
    }

    /// Whoever is known less well never hears more.
    #[test]
    fn a_weaker_standing_gives_no_more() {
        let openness = |permission| match permission {
            Permission::Say => 2,
            Permission::OnlyIfAsked => 1,
            Permission::Never(_) => 0,
        };
        for purpose in PURPOSES {
            for class in FactClass::ALL {
                let of = |standing| openness(decide(class, standing, purpose));
                assert!(of(CalleeStanding::PutThrough) <= of(CalleeStanding::Dialed), "{class:?} {purpose:?}");
                assert!(of(CalleeStanding::RangBack) <= of(CalleeStanding::PutThrough), "{class:?} {purpose:?}");
                assert!(of(CalleeStanding::Machine) <= of(CalleeStanding::Dialed), "{class:?} {purpose:?}");
            }
        }
    }

    #[test]
    fn every_never_has_its_reason() {
        let why = |class, standing, purpose| match decide(class, standing, purpose) {
            Permission::Never(why) => why,
            other => panic!("{other:?}"),
        };
        use CalleeStanding as S;
        use FactClass as F;
        assert_eq!(why(F::Code, S::Dialed, TaskType::Custom), WhyNever::NeverSpoken);
        assert_eq!(why(F::Account, S::Voicemail, TaskType::Custom), WhyNever::OnTape);
        assert_eq!(why(F::Account, S::RangBack, TaskType::Custom), WhyNever::TheyRangUs);
        assert_eq!(why(F::Health, S::Machine, TaskType::Custom), WhyNever::ToMachine);
        assert_eq!(why(F::Payment, S::PutThrough, TaskType::Complaint), WhyNever::NotWhoWasDialed);
        assert_eq!(why(F::Payment, S::Dialed, TaskType::Reservation), WhyNever::NotForThisErrand);
    }

    #[test]
    fn the_facts_of_a_task_come_with_their_conditions() {
        let context = [("date of birth".to_owned(), "March 2, 1970".to_owned()), ("chart (health)".to_owned(), "@chart".to_owned())];
        let told: Vec<String> = details(&context, TaskType::AppointmentBooking)
            .iter()
            .map(|detail| format!("{} [{}] {}", detail.label, detail.class.as_str(), detail.condition_in_words()))
            .collect();
        assert_eq!(
            told,
            [
                "date of birth [date_of_birth] only if asked; never to who rings back or a voicemail",
                "chart [health] only if asked; never to who rings back, a machine or a voicemail",
            ]
        );
    }
}
