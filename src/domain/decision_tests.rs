use super::*;
use crate::domain::consent::{Answer, Choice, Noticed, Read};
use crate::domain::policy::Pattern;
use crate::domain::signals::Value;
use crate::domain::switch::Withdrawal;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Everything that facts can differ in, as plain values.
#[derive(Debug, Clone)]
struct Case {
    unreadable: bool,
    declared: Option<Declared>,
    do_not_track: Option<String>,
    sayso: Option<String>,
    automation: bool,
    off: bool,
    lacking: bool,
    on: bool,
    policy: bool,
    word: u8,
    unchanged: bool,
    default: Option<Default>,
}

const NOTHING: Case = Case {
    unreadable: false,
    declared: Some(Declared { manner: Manner::Ask, operator: false, since: 1, notice: 1 }),
    do_not_track: None,
    sayso: None,
    automation: false,
    off: false,
    lacking: false,
    on: false,
    policy: false,
    word: 0,
    unchanged: true,
    default: None,
};
const GRANTED: u8 = 1;
const DENIED: u8 = 2;
const NOTICED: u8 = 3;

fn variable(name: &str) -> Variable {
    Variable { name: name.to_owned(), value: Value::Set }
}

fn decision(case: &Case) -> Decision {
    with_facts(case, decide)
}

fn with_facts<T>(case: &Case, then: impl Fn(&Facts<'_>) -> T) -> T {
    let read = Read { notice: 1, digest: "sha256:x".to_owned() };
    let answer = Answer {
        choice: Choice::Granted,
        read: Some(read.clone()),
        declined: None,
        at: None,
        via: None,
        withdraw: Withdrawal::default(),
    };
    let noticed = Noticed { read: read.clone(), at: None };
    let general: BTreeMap<String, String> =
        [("DO_NOT_TRACK", &case.do_not_track), ("SAYSO", &case.sayso)]
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)))
            .collect();
    let signals =
        Signals { automation: case.automation.then(|| variable("CI")), ..Signals::read(&general) };
    then(&Facts {
        unreadable: case.unreadable.then(|| Unreadable {
            path: None,
            what: "it",
            why: "no home".to_owned(),
        }),
        declared: case.declared,
        tool_is_declared: true,
        signals: &signals,
        off: case.off.then(|| variable("OFF")),
        lacking: case.lacking.then(|| variable("LACKING")),
        on: case.on.then(|| variable("ON")),
        denied_by: case.policy.then_some(DeniedBy { pattern: Pattern::Everything, reason: None }),
        word: match case.word {
            GRANTED => Word::Granted { answer: &answer, read: &read },
            DENIED => Word::Denied { at: None, via: None, whole_tool: true },
            NOTICED => Word::Noticed(&noticed),
            _ => Word::Nothing,
        },
        unchanged: case.unchanged,
        default: Standing { choice: case.default, by_policy: false },
    })
}

/// The table of the contract: each line is reached when everything below it speaks as well.
#[test]
fn the_first_line_that_applies_decides() {
    let tells = Some(Declared { manner: Manner::Notice, operator: false, since: 1, notice: 1 });
    let declared_by_default = Some(Default::Declared);
    let mut case = Case {
        unreadable: true,
        declared: None,
        do_not_track: Some("1".to_owned()),
        sayso: Some("0".to_owned()),
        automation: true,
        off: true,
        lacking: true,
        on: true,
        policy: true,
        word: DENIED,
        unchanged: false,
        default: Some(Default::Off),
    };
    let mut expect = |change: &dyn Fn(&mut Case), reason: Reason| {
        change(&mut case);
        assert_eq!(decision(&case).reason, reason);
    };
    expect(&|_| {}, Reason::Unreadable);
    expect(&|c| c.unreadable = false, Reason::Undeclared);
    expect(&|c| c.declared = tells, Reason::DoNotTrack);
    expect(&|c| c.do_not_track = None, Reason::EnvironmentOff);
    expect(&|c| c.off = false, Reason::EnvironmentOff);
    expect(&|c| c.lacking = false, Reason::EnvironmentOff);
    expect(&|c| c.sayso = None, Reason::Policy);
    expect(&|c| c.policy = false, Reason::Denied);
    expect(&|c| c.word = GRANTED, Reason::Changed);
    expect(&|c| c.unchanged = true, Reason::Granted);
    expect(&|c| c.word = NOTICED, Reason::DefaultOff);
    expect(&|c| c.default = declared_by_default, Reason::EnvironmentOn);
    expect(&|c| c.on = false, Reason::Automation);
    expect(&|c| c.automation = false, Reason::Noticed);
    expect(&|c| c.word = 0, Reason::NoticePending);
    expect(&|c| c.default = Some(Default::Ask), Reason::Unasked);
    expect(&|c| c.declared = NOTHING.declared, Reason::Unasked);
}

#[test]
fn a_variable_allows_only_under_automation_and_only_what_was_there_first() {
    let case = Case { on: true, ..NOTHING };
    assert_eq!(decision(&case).reason, Reason::Unasked);
    let case = Case { automation: true, ..case };
    assert_eq!(decision(&case), Decision { reason: Reason::EnvironmentOn, notice: Some(1) });
    let later = Some(Declared { manner: Manner::Ask, operator: false, since: 2, notice: 2 });
    assert_eq!(decision(&Case { declared: later, ..case }).reason, Reason::Automation);
}

#[test]
fn a_variable_allows_what_an_operator_decides_and_no_notice_does() {
    let operators =
        |since| Some(Declared { manner: Manner::Notice, operator: true, since, notice: 2 });
    let case = Case { declared: operators(1), default: Some(Default::Declared), ..NOTHING };
    assert_eq!(decision(&case).reason, Reason::Unasked);
    assert_eq!(decision(&Case { word: NOTICED, ..case.clone() }).reason, Reason::Unasked);
    let case = Case { on: true, ..case };
    assert_eq!(decision(&case), Decision { reason: Reason::EnvironmentOn, notice: Some(1) });
    assert_eq!(decision(&Case { declared: operators(2), ..case }).reason, Reason::Unasked);
}

#[test]
fn a_notice_covers_no_purpose_that_came_after_it() {
    let told_of = |since| Case {
        declared: Some(Declared { manner: Manner::Notice, operator: false, since, notice: 2 }),
        default: Some(Default::Declared),
        word: NOTICED,
        ..NOTHING
    };
    assert_eq!(decision(&told_of(1)).reason, Reason::Noticed);
    assert_eq!(decision(&told_of(2)).reason, Reason::NoticePending);
}

#[test]
fn a_notice_that_no_longer_holds_is_shown_again() {
    let case = Case { word: NOTICED, unchanged: false, ..NOTHING };
    assert_eq!(decision(&case).reason, Reason::Changed);
}

#[test]
fn there_is_one_source_for_each_reason_in_their_order() {
    let all = with_facts(&Case { word: GRANTED, ..NOTHING }, sources);
    let reasons: Vec<Reason> = all.iter().map(|source| source.reason).collect();
    assert_eq!(reasons, Reason::ALL);
    let yes: Vec<Reason> =
        all.iter().filter(|source| source.says == Says::Yes).map(|source| source.reason).collect();
    assert_eq!(yes, [Reason::Granted]);
}

fn any_case() -> impl Strategy<Value = Case> {
    let manner = prop_oneof![Just(Manner::Ask), Just(Manner::Notice), Just(Manner::Off)];
    let declared = prop::option::weighted(
        0.9,
        (manner, any::<bool>(), 1u32..3).prop_map(|(manner, operator, since)| Declared {
            manner,
            operator,
            since,
            notice: 2,
        }),
    );
    let value = prop::option::of(prop_oneof![
        Just("0".to_owned()),
        Just("1".to_owned()),
        Just("off".to_owned()),
        "[a-z]{1,4}",
    ]);
    let default = prop::option::of(prop_oneof![
        Just(Default::Ask),
        Just(Default::Off),
        Just(Default::Declared)
    ]);
    let flags = (
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.1),
        any::<bool>(),
        prop::bool::weighted(0.2),
        any::<bool>(),
        prop::bool::weighted(0.2),
        any::<bool>(),
    );
    (flags, declared, value.clone(), value, 0u8..4, default).prop_map(
        |(
            (lacking, unreadable, automation, off, on, policy, unchanged),
            declared,
            do_not_track,
            sayso,
            word,
            default,
        )| Case {
            unreadable,
            declared,
            do_not_track,
            sayso,
            automation,
            off,
            lacking,
            on,
            policy,
            word,
            unchanged,
            default,
        },
    )
}

/// Every way to say no once more, by number.
fn with_another_no(case: &Case, which: u8) -> Case {
    let mut case = case.clone();
    match which {
        0 => case.unreadable = true,
        1 => case.declared = None,
        2 => case.do_not_track = Some("1".to_owned()),
        3 => case.sayso = Some("off".to_owned()),
        4 => case.off = true,
        5 => case.policy = true,
        6 => case.word = DENIED,
        7 => case.lacking = true,
        8 => case.unchanged = false,
        _ => case.default = Some(Default::Off),
    }
    case
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    /// Adding any "no" never turns hold into allow.
    #[test]
    fn another_no_never_allows(case in any_case(), which in 0u8..10) {
        if !decision(&case).allows() {
            prop_assert!(!decision(&with_another_no(&case, which)).allows());
        }
    }

    /// Each no except the default holds on its own, whatever else is said.
    #[test]
    fn every_no_is_enough(case in any_case(), which in 0u8..8) {
        prop_assert!(!decision(&with_another_no(&case, which)).allows());
    }

    /// Nothing but the person's act allows, save the owner of a pipeline and a notice shown.
    #[test]
    fn without_an_act_nothing_is_allowed(case in any_case()) {
        let allowed = decision(&case);
        if allowed.allows() {
            let act = match case.word {
                GRANTED => allowed.reason == Reason::Granted,
                NOTICED => matches!(allowed.reason, Reason::Noticed | Reason::EnvironmentOn),
                _ => {
                    let is_operators = case.declared.is_some_and(|declared| declared.operator);
                    allowed.reason == Reason::EnvironmentOn
                        && case.on
                        && (case.automation || is_operators)
                }
            };
            prop_assert!(act, "{:?}", allowed);
            prop_assert!(allowed.notice.is_some());
        }
    }
}
