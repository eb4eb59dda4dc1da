"""scikit-learn's gallery, "Compare Stochastic learning strategies for MLPClassifier", on digits: training loss of the last
epoch, as seen during the epoch, and training accuracy behind it, of each strategy over 30 random states. Writes
gallery.json beside this file.

Settings are those of examples/neural_networks/plot_mlp_training_curves.py; its own table is random_state 0.
"""

import json
import warnings
from pathlib import Path

import numpy
import sklearn
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import MinMaxScaler

warnings.filterwarnings("ignore")  # 15 epochs are not until convergence
SEEDS = 30
SGD = {"solver": "sgd", "learning_rate_init": 0.2}
STRATEGIES = {
    "SGD": SGD | {"learning_rate": "constant", "momentum": 0},
    "momentum": SGD | {"learning_rate": "constant", "momentum": 0.9, "nesterovs_momentum": False},
    "Nesterov": SGD | {"learning_rate": "constant", "momentum": 0.9, "nesterovs_momentum": True},
    "inv-scaling": SGD | {"learning_rate": "invscaling", "momentum": 0},
    "inv-scaling, momentum": SGD | {"learning_rate": "invscaling", "momentum": 0.9, "nesterovs_momentum": False},
    "inv-scaling, Nesterov": SGD | {"learning_rate": "invscaling", "momentum": 0.9, "nesterovs_momentum": True},
    "Adam": {"solver": "adam", "learning_rate_init": 0.01},
}
x, y = load_digits(return_X_y=True)
x = MinMaxScaler().fit_transform(x)
table = {}
for name, settings in STRATEGIES.items():
    losses, accuracies = [], []
    for state in range(SEEDS):
        model = MLPClassifier(random_state=state, max_iter=15, **settings).fit(x, y)
        assert model.n_iter_ == 15  # it did not stop early
        losses.append(model.loss_)
        accuracies.append(model.score(x, y))
    table[name] = {"loss": losses, "accuracy": accuracies}
    print(f"{name:22} {numpy.mean(losses):.4f} ± {numpy.std(losses, ddof=1):.4f} {numpy.mean(accuracies):.4f}")
result = {"sklearn": sklearn.__version__, "numpy": numpy.__version__, "seeds": SEEDS, "strategies": table}
Path(__file__).with_suffix(".json").write_text(json.dumps(result, indent=0) + "\n")
