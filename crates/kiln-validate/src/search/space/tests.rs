use super::*;
use kiln_core::Explain;
use proptest::prelude::*;

fn wrong(texts: &[&str]) -> String {
    Space::parse(texts).unwrap_err().to_string()
}

#[test]
fn the_text_reads_back() {
    for text in [
        "a=uniform(0.0,0.5)",
        "a=uniform(-1.0,1.0,0.25)",
        "a=log(1e-5,0.1)",
        "a=int(1,4)",
        "a=int(16,256,16)",
        "a=logint(8,512)",
        r#"a=choice(32,0.5,true,"sgd","a \"b\" \\ \u0007",[64, []])"#,
    ] {
        assert_eq!(Space::parse([text]).unwrap().parameters()[0].to_string(), text);
    }
    let space = Space::parse(["b=int(1,2) if a>=0.5", "c=int(1,2) if b=1|2", "a=uniform(0,1)"]).unwrap();
    let names: Vec<_> = space.parameters().iter().map(|parameter| parameter.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c"]);
    let json = serde_json::to_string(&space).unwrap();
    assert_eq!(serde_json::from_str::<Space>(&json).unwrap(), space);
}

#[test]
fn errors_name_the_place() {
    let cases: [(&[&str], &str); 22] = [
        (&["a=uniform(0 1)"], "a: uniform takes a lower and an upper bound, and a step if wanted, not 1"),
        (&["a=uniform(0,1"], "a: ) or a comma is missing at character 12 of `uniform(0,1`"),
        (&["a=uniform"], "a: ( behind the name of a distribution is missing at character 8 of `uniform`"),
        (&["a=uniform(0,1,)"], "a: a value is missing at character 13 of `uniform(0,1,)`"),
        (&["a=normal(0,1)"], "a: there is no distribution \"normal\""),
        (&["a=log(0,1)"], "a: the lower bound of log is 0, it must be greater than 0"),
        (&["a=log(1,2,3)"], "a: log takes a lower and an upper bound, not 3"),
        (&["a=uniform(1,0)"], "a: the lower bound 1 is above the upper bound 0"),
        (&["a=uniform(nan,1)"], "a: uniform takes numbers, not \"nan\""),
        (&["a=uniform(-1e308,1e308)"], "a: the bounds are too far apart"),
        (&["a=uniform(0,1,0)"], "a: the step is 0, it must be greater than 0"),
        (&["a=int(1,2.5)"], "a: int takes whole numbers, not 2.5"),
        (&["a=int(4,1)"], "a: the lower bound 4 is above the upper bound 1"),
        (&["a=logint(0,9)"], "a: the lower bound of logint is 0, it must be at least 1"),
        (&["a=choice()"], "a: choice has no values"),
        (&["a=choice(1,1.0)"], "a: choice names 1.0 twice"),
        (&["a=int(1,2)", "a=int(1,3)"], "a has two spaces"),
        (&["a=int(1,2) if b=1"], "a depends on b, which has no space"),
        (&["a=int(1,2) if b=x", "b=choice(y,z)"], "a is never set: b is never \"x\""),
        (&["a=int(1,2) if b=1", "b=int(1,2) if a=1"], "the condition of a depends, by way of b, on a itself"),
        (&["a=int(1,2) of b"], "a: `if` or the end is missing at character 10 of `int(1,2) of b`"),
        (&[], "there is nothing to search: no setting has a space"),
    ];
    for (texts, message) in cases {
        assert_eq!(wrong(texts), message, "{texts:?}");
    }
    let help = Space::parse(["a=unifrom(0,1)"]).unwrap_err().help().unwrap();
    assert_eq!(help, "did you mean uniform(…)?");
}

#[test]
fn a_space_is_told_from_a_value() {
    for space in ["uniform(0,1)", " lgo(1,2)", "choice([1],[2])"] {
        assert!(is_space(space), "{space}");
    }
    for value in ["5", "[64]", "a.csv", "(1)", "data (1).csv"] {
        assert!(!is_space(value), "{value}");
    }
}

#[test]
fn steps_reach_the_upper_bound_or_stop_below() {
    let grid = |text: &str| Space::parse([text]).unwrap().parameters()[0].domain.grid(5);
    assert_eq!(grid("a=int(1,6,2)"), [1, 3, 5].map(Value::Int));
    assert_eq!(grid("a=uniform(0,0.3,0.1)").len(), 4);
    assert_eq!(grid("a=uniform(0,0.35,0.1)").len(), 4);
    assert_eq!(grid("a=uniform(0,1)"), [0.0, 0.25, 0.5, 0.75, 1.0].map(Value::Float));
    assert_eq!(grid("a=logint(1,10000)"), [1, 10, 100, 1000, 10000].map(Value::Int));
    assert_eq!(grid("a=logint(1,3)"), [1, 2, 3].map(Value::Int));
    assert_eq!(grid("a=uniform(2,2)"), [Value::Float(2.0)]);
}

#[test]
fn probes_try_every_choice_and_both_ends() {
    let space = Space::parse([
        "kind=choice(adam,sgd)",
        "momentum=uniform(0,0.9) if kind=sgd",
        "nesterov=choice(true,false) if momentum>=0.5",
        "layers=int(1,3)",
    ])
    .unwrap();
    let probes: Vec<String> = space.probes().iter().map(ToString::to_string).collect();
    let expected = [
        "kind=\"adam\" layers=2",
        "kind=\"sgd\" layers=2 momentum=0.45",
        "kind=\"sgd\" layers=2 momentum=0.0",
        "kind=\"sgd\" layers=2 momentum=0.9 nesterov=false",
        "kind=\"sgd\" layers=2 momentum=0.9 nesterov=true",
        "kind=\"sgd\" layers=1 momentum=0.45",
        "kind=\"sgd\" layers=3 momentum=0.45",
    ];
    for probe in expected {
        assert!(probes.iter().any(|found| found == probe), "{probe} is not in {probes:?}");
    }
    assert_eq!(probes.len(), expected.len());
}

fn domains() -> impl Strategy<Value = Domain> {
    prop_oneof![
        (-1e6..1e6, 0.0..1e6).prop_map(|(low, width)| Domain::Float {
            low,
            high: low + width,
            log: false,
            step: None
        }),
        (1e-9..1e3, 1.0..1e6).prop_map(|(low, ratio)| Domain::Float {
            low,
            high: low * ratio,
            log: true,
            step: None
        }),
        (-1e3..1e3, 0.0..1e3, 1e-3..10.0).prop_map(|(low, width, step)| Domain::Float {
            low,
            high: low + width,
            log: false,
            step: Some(step)
        }),
        (-1000i64..1000, 0i64..1000, 1i64..50).prop_map(|(low, width, step)| Domain::Int {
            low,
            high: low + width,
            log: false,
            step
        }),
        (1i64..1000, 0i64..1000).prop_map(|(low, width)| Domain::Int {
            low,
            high: low + width,
            log: true,
            step: 1
        }),
        (1usize..6).prop_map(|count| Domain::Choice {
            values: (0..count).map(|i| Value::Text(format!("v{i}"))).collect()
        }),
    ]
}

proptest! {
    #[test]
    fn every_point_is_a_value_of_the_domain_and_text_and_numbers_lead_back(domain in domains(), unit in 0.0..1.0f64) {
        let domain = domain.checked("a").unwrap();
        for unit in [0.0, unit, 1.0 - f64::EPSILON] {
            let value = domain.at(unit);
            let coordinate = domain.coordinate(&value);
            prop_assert!(coordinate.is_some(), "{value} is not in {domain}");
            prop_assert_eq!(domain.value_of(coordinate.unwrap()), value);
        }
        for value in domain.grid(7) {
            prop_assert!(domain.coordinate(&value).is_some(), "{value} is not in {domain}");
        }
        let back = Space::parse([format!("a={domain}")]).unwrap().parameters()[0].domain.clone();
        prop_assert_eq!(back, domain);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,40}") {
        let _ = Space::parse([format!("a={text}")]);
        let _ = Space::parse([format!("a=choice({text})")]);
        let _ = Space::parse([format!("a=int(1,2) if {text}")]);
    }
}
