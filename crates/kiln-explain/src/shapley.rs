//! Shapley values.

use kiln_core::Seed;

/// So many players at most have their 2ⁿ coalitions asked for.
const EXACT: usize = 16;

/// Shapley values of one item (Shapley 1953; Lundberg and Lee: A unified approach to interpreting model predictions, 2017): how much each
/// player, such as a column, adds to the output, on average over all orders in which they can be told to the model. They sum to the output less
/// that without any.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Shapley {
    /// Row-major, `[players, outputs]`.
    pub values: Vec<f64>,
    /// The standard error of each; 0 where all orders were counted.
    pub errors: Vec<f64>,
    /// The outputs without any player.
    pub base: Vec<f64>,
    /// The outputs with all of them.
    pub full: Vec<f64>,
}

/// The exact values of at most 16 players, by all 2ⁿ coalitions; `None` for more. `value` gives for each coalition, a list of who is in it, the
/// outputs: row-major, `[coalitions, outputs]`. It may be asked several times.
///
/// # Errors
/// The first of `value`.
///
/// ```
/// use kiln_explain::exact_shapley;
///
/// // Two players that are worth something only together, and one that adds 1.
/// let value = |coalitions: &[Vec<bool>]| {
///     let of = |who: &Vec<bool>| f64::from(u8::from(who[0] && who[1])) * 4.0 + f64::from(u8::from(who[2]));
///     Ok::<_, ()>(coalitions.iter().map(of).collect())
/// };
/// let found = exact_shapley(3, value)?.expect("three are few");
/// assert_eq!(found.values, [2.0, 2.0, 1.0]);
/// # Ok::<(), ()>(())
/// ```
pub fn exact_shapley<E>(
    players: usize,
    mut value: impl FnMut(&[Vec<bool>]) -> Result<Vec<f64>, E>,
) -> Result<Option<Shapley>, E> {
    if players > EXACT {
        return Ok(None);
    }
    let count = 1usize << players;
    let coalition = |code: usize| (0..players).map(|player| code >> player & 1 == 1).collect();
    let coalitions: Vec<Vec<bool>> = (0..count).map(coalition).collect();
    let found = value(&coalitions)?;
    let outputs = found.len() / count;
    let of = |code: usize| &found[code * outputs..][..outputs];
    // |S|! (n − |S| − 1)! / n!, by the size of S.
    let weight: Vec<f64> = (0..players)
        .map(|size| {
            let ways = (0..size).fold(1.0, |ways, k| ways * (players - 1 - k) as f64 / (k + 1) as f64);
            1.0 / (players as f64 * ways)
        })
        .collect();
    let mut values = vec![0.0; players * outputs];
    for code in 0..count {
        for player in (0..players).filter(|player| code >> player & 1 == 0) {
            let (without, with) = (of(code), of(code | 1 << player));
            let share = weight[code.count_ones() as usize];
            let sums = &mut values[player * outputs..][..outputs];
            for (sum, (with, without)) in sums.iter_mut().zip(with.iter().zip(without)) {
                *sum += share * (with - without);
            }
        }
    }
    let (base, full) = (of(0).to_vec(), of(count - 1).to_vec());
    Ok(Some(Shapley { errors: vec![0.0; values.len()], values, base, full }))
}

/// Shapley values by orders that are drawn, each with its reverse, which takes much of the chance out (Mitchell, Cooper, Frank and Holmes:
/// Sampling permutations for Shapley value estimation, 2022). As shap's `PermutationExplainer`. They sum to what they should whatever was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SampledShapley {
    /// Orders, each with its reverse, at least 1. Errors are known from 2 on. Default 10.
    pub orders: usize,
    /// What they are drawn from.
    pub seed: Seed,
}

impl SampledShapley {
    /// With the defaults.
    pub fn new(seed: Seed) -> Self {
        Self { orders: 10, seed }
    }

    /// With so many orders.
    #[must_use]
    pub fn orders(mut self, orders: usize) -> Self {
        self.orders = orders.max(1);
        self
    }

    /// The values of one item. `value` as in [`exact_shapley`]; it is asked once for each order.
    ///
    /// # Errors
    /// The first of `value`.
    pub fn explain<E>(
        &self,
        players: usize,
        mut value: impl FnMut(&[Vec<bool>]) -> Result<Vec<f64>, E>,
    ) -> Result<Shapley, E> {
        let orders = self.orders.max(1);
        let (mut sums, mut squares) = (Vec::new(), Vec::new());
        let (mut base, mut full) = (Vec::new(), Vec::new());
        for drawn in 0..orders {
            let order = self.seed.at(drawn as u64).permutation(players);
            let forward = chain(players, order.iter().copied());
            let backward = chain(players, order.iter().rev().copied());
            // Both begin with nobody and end with all.
            let coalitions: Vec<Vec<bool>> = forward
                .into_iter()
                .chain(backward.into_iter().skip(1).take(players.saturating_sub(1)))
                .collect();
            let found = value(&coalitions)?;
            let outputs = found.len() / coalitions.len();
            let of = |place: usize| &found[place * outputs..][..outputs];
            sums.resize(players * outputs, 0.0);
            squares.resize(players * outputs, 0.0);
            for (step, player) in order.iter().enumerate() {
                // Where the player comes in the reverse, and who is there before and after.
                let back = players - 1 - step;
                let reverse = |told: usize| match told {
                    0 => of(0),
                    told if told == players => of(players),
                    told => of(players + told),
                };
                for output in 0..outputs {
                    let forth = of(step + 1)[output] - of(step)[output];
                    let back = reverse(back + 1)[output] - reverse(back)[output];
                    let mean = (forth + back) / 2.0;
                    sums[player * outputs + output] += mean;
                    squares[player * outputs + output] += mean * mean;
                }
            }
            (base, full) = (of(0).to_vec(), of(players).to_vec());
        }
        let count = orders as f64;
        let values: Vec<f64> = sums.iter().map(|sum| sum / count).collect();
        let error = |(value, square): (&f64, &f64)| {
            let spread = (square / count - value * value).max(0.0);
            if orders == 1 { f64::NAN } else { (spread / (count - 1.0)).sqrt() }
        };
        let errors = values.iter().zip(&squares).map(error).collect();
        Ok(Shapley { values, errors, base, full })
    }
}

/// Nobody, and who is there after each player of an order has come.
fn chain(players: usize, order: impl Iterator<Item = usize>) -> Vec<Vec<bool>> {
    let mut there = vec![false; players];
    let mut chain = vec![there.clone()];
    for player in order {
        there[player] = true;
        chain.push(there.clone());
    }
    chain
}

/// The exact values of a linear model, `outputs = inputs · weights + bias`, against inputs whose means are `mean`: weight times what an
/// input is above its mean. `weights` is row-major, `[features, outputs]`, `inputs` `[items, features]`; the result is
/// `[items, features, outputs]`. shap's `LinearExplainer` for features that do not depend on each other.
///
/// ```
/// let found = kiln_explain::linear_shapley(&[2.0, -1.0], &[1.0, 1.0], &[3.0, 0.0]);
/// assert_eq!(found, [4.0, 1.0]);
/// ```
pub fn linear_shapley(weights: &[f64], mean: &[f64], inputs: &[f64]) -> Vec<f64> {
    let features = mean.len().max(1);
    let outputs = weights.len() / features;
    let of_item = |item: &[f64]| {
        let above = item.iter().zip(mean).map(|(input, mean)| input - mean);
        above
            .zip(weights.chunks(outputs.max(1)))
            .flat_map(|(above, weights)| weights.iter().map(move |weight| weight * above))
            .collect::<Vec<_>>()
    };
    inputs.chunks(features).flat_map(of_item).collect()
}
