//! `device = "auto"`: candidates are timed on the model, and the run is what it would be without a probe.

use std::io;
use std::sync::Mutex;
use std::time::Duration;

use kiln::config::{Request, Resolved, resolve};
use kiln::device::DeviceName;
use kiln::experiment::{AutoDevice, DeviceChoice, Event, Session, train};
use kiln_testkit::device_name;

use crate::common::Place;

fn resolved(device: &str) -> Resolved {
    let overrides = ["train.epochs=2", "model.hidden=[8]"].map(str::to_owned).to_vec();
    let overrides = [overrides, vec![format!("device={device:?}")]].concat();
    resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() }).unwrap()
}

/// Settles `auto` among these candidates, and gives what was told.
fn settled(auto: &AutoDevice) -> (Resolved, Vec<DeviceChoice>) {
    let heard = Mutex::new(Vec::new());
    let observer = |event: &Event<'_>| -> io::Result<()> {
        if let Event::DeviceChosen(choice) = event {
            heard.lock().unwrap().push((*choice).clone());
        }
        Ok(())
    };
    let settled = auto.settle(&resolved("auto"), &observer).unwrap().into_owned();
    (settled, heard.into_inner().unwrap())
}

fn weights(resolved: &Resolved, place: &Place) -> Option<String> {
    let session = Session { runs_dir: place.runs(), ..Session::default() };
    train(resolved, &session, &()).unwrap().record.weights_blake3
}

#[test]
fn candidates_are_timed_and_the_run_is_that_of_the_chosen_device() {
    let place = Place::new();
    let candidates = match device_name() {
        DeviceName::Flex => vec![DeviceName::Flex],
        other => vec![other, DeviceName::Flex],
    };
    let memory = Some(place.path().join("devices.json"));
    let auto = AutoDevice {
        candidates: candidates.clone(),
        memory,
        limit: Duration::from_secs(20),
        short: Duration::ZERO,
    };
    let (found, heard) = settled(&auto);
    assert_eq!(found.set_by("device"), "chosen for auto");
    let own = weights(&found, &place);
    assert_eq!(own, weights(&resolved(&found.config.device), &place), "the probe changed the run");
    if candidates.len() == 1 {
        assert_eq!((found.config.device.as_str(), heard.len()), ("flex", 0));
        return;
    }
    let [choice] = heard.as_slice() else { panic!("{heard:?}") };
    let times: Vec<f64> = choice.candidates.iter().filter_map(|of| of.step_ms).collect();
    let fastest = choice.candidates.iter().min_by(|a, b| a.step_ms.partial_cmp(&b.step_ms).unwrap()).unwrap();
    assert_eq!((times.len(), &choice.device), (2, &fastest.device), "{choice}");
    assert_eq!(choice.device, found.config.device);
    let name = device_name().to_string();
    assert!(choice.to_string().contains(&name) && choice.to_string().contains("flex"), "{choice}");

    // The next time nothing is tried: a choice by time alone would come out otherwise once in a while.
    let (again, heard) = settled(&auto);
    assert!(heard[0].remembered && heard[0].candidates == choice.candidates, "{heard:?}");
    assert_eq!(again.config.device, found.config.device);

    // A run of a blink is not worth a look at anything but the CPU.
    let short = AutoDevice { memory: None, short: Duration::from_secs(20), ..auto };
    let (_, heard) = settled(&short);
    let tried = |of: &DeviceName| heard[0].candidates.iter().find(|found| found.device == of.to_string());
    if !device_name().is_cpu() {
        assert_eq!(heard[0].device, "flex");
        let reason = tried(&device_name()).unwrap().reason.clone().unwrap();
        assert!(reason.contains("the run takes"), "{reason}");
    }
}
