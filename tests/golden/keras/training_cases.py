"""Lists the training cases: each names a model, a loss and an optimiser that Keras and Lepton both have."""
import keras
from keras import constraints, layers, losses, optimizers, regularizers
from keras.optimizers import schedules


def dense(outputs, activation=None, **options):
    """8 -> 16 tanh -> outputs."""
    return (8,), lambda: [
        layers.Dense(16, activation="tanh", **{k: make() for k, make in options.items()}),
        layers.Dense(outputs, activation=activation),
    ]


def conv(outputs, activation=None):
    """A small picture model with batch normalisation; its moving statistics are checked at the end too."""
    return (8, 8, 3), lambda: [
        layers.Conv2D(4, 3),
        layers.BatchNormalization(),
        layers.Activation("relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(outputs, activation=activation),
    ]


def embedding(outputs):
    """Rows of length 1."""
    return (8,), lambda: [layers.Dense(16, activation="tanh"), layers.Dense(outputs), layers.UnitNormalization()]


def case(name, model, target, loss, optimizer=lambda: optimizers.SGD(0.1), **options):
    """loss and optimizer are made anew for each precision, so they are given as functions."""
    return {"name": name, "model": model, "target": target, "loss": loss, "optimizer": optimizer, **options}


def optimizer_cases():
    o = optimizers
    table = {
        "sgd": lambda: o.SGD(0.05),
        "sgd_momentum": lambda: o.SGD(0.05, momentum=0.9),
        "sgd_nesterov": lambda: o.SGD(0.05, momentum=0.9, nesterov=True),
        "sgd_weight_decay": lambda: o.SGD(0.05, momentum=0.9, weight_decay=0.02),
        "sgd_clipvalue": lambda: o.SGD(0.1, clipvalue=0.05),
        "sgd_clipnorm": lambda: o.SGD(0.1, clipnorm=0.1),
        "sgd_global_clipnorm": lambda: o.SGD(0.1, global_clipnorm=0.2),
        "sgd_ema": lambda: o.SGD(0.05, use_ema=True, ema_momentum=0.8),
        "sgd_accumulation": lambda: o.SGD(0.1, momentum=0.9, gradient_accumulation_steps=4),
        "adam": lambda: o.Adam(0.01),
        "adam_defaults": lambda: o.Adam(),
        "adam_options": lambda: o.Adam(0.02, beta_1=0.8, beta_2=0.95, epsilon=1e-3),
        "adam_amsgrad": lambda: o.Adam(0.02, beta_2=0.5, amsgrad=True),
        "adam_weight_decay": lambda: o.Adam(0.01, weight_decay=0.05),
        "adam_clipvalue": lambda: o.Adam(0.01, clipvalue=0.05),
        "adam_clipnorm": lambda: o.Adam(0.01, clipnorm=0.1),
        "adam_global_clipnorm": lambda: o.Adam(0.01, global_clipnorm=0.2),
        "adam_ema_overwrite": lambda: o.Adam(0.01, use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=5),
        "adam_accumulation": lambda: o.Adam(0.02, gradient_accumulation_steps=4),
        "adamw": lambda: o.AdamW(0.01),
        "adamw_strong": lambda: o.AdamW(0.01, weight_decay=0.1, amsgrad=True),
        "rmsprop": lambda: o.RMSprop(0.01),
        "rmsprop_centered_momentum": lambda: o.RMSprop(0.003, rho=0.8, momentum=0.9, centered=True),
        "rmsprop_momentum": lambda: o.RMSprop(0.005, momentum=0.9),
        "rmsprop_weight_decay": lambda: o.RMSprop(0.01, weight_decay=0.05),
        "adagrad": lambda: o.Adagrad(0.1),
        "adagrad_options": lambda: o.Adagrad(0.05, initial_accumulator_value=0.5, epsilon=1e-4, weight_decay=0.01),
        "adadelta": lambda: o.Adadelta(1.0),
        "adadelta_options": lambda: o.Adadelta(0.5, rho=0.8, epsilon=1e-4, clipnorm=0.5),
        "adafactor": lambda: o.Adafactor(0.05),
        "adafactor_options": lambda: o.Adafactor(0.3, beta_2_decay=-0.6, epsilon_2=1e-2, clip_threshold=0.5, relative_step=False),
        "adamax": lambda: o.Adamax(0.01),
        "adamax_options": lambda: o.Adamax(0.02, beta_1=0.8, beta_2=0.95, epsilon=1e-3, weight_decay=0.01),
        "nadam": lambda: o.Nadam(0.01),
        "nadam_options": lambda: o.Nadam(0.02, beta_1=0.8, beta_2=0.95, epsilon=1e-3, use_ema=True, ema_momentum=0.8),
        "lamb": lambda: o.Lamb(0.01),
        "lamb_options": lambda: o.Lamb(0.05, beta_1=0.8, beta_2=0.95, epsilon=1e-3, weight_decay=0.01),
        "lion": lambda: o.Lion(0.003),
        "lion_options": lambda: o.Lion(0.002, beta_1=0.8, beta_2=0.9, weight_decay=0.05),
        "ftrl": lambda: o.Ftrl(0.1),
        "ftrl_options": lambda: o.Ftrl(0.2, learning_rate_power=-0.6, initial_accumulator_value=0.3, beta=0.2,
                                       l1_regularization_strength=0.01, l2_regularization_strength=0.02,
                                       l2_shrinkage_regularization_strength=0.03),
    }
    mse = losses.MeanSquaredError
    yield from (case("optimizer_" + n, dense(2), "regression", mse, make) for n, make in table.items())
    crossentropy = losses.SparseCategoricalCrossentropy
    for name in ("sgd", "sgd_nesterov", "adam", "adamw", "rmsprop", "adagrad", "adafactor", "nadam", "lamb"):
        yield case("conv_" + name, conv(3, "softmax"), "class_index", crossentropy, table[name])


def schedule_cases():
    s = schedules
    table = {
        "exponential": lambda: s.ExponentialDecay(0.1, 7, 0.5),
        "exponential_staircase": lambda: s.ExponentialDecay(0.1, 6, 0.5, staircase=True),
        "polynomial": lambda: s.PolynomialDecay(0.1, 15, 0.005, power=2.0),
        "polynomial_linear": lambda: s.PolynomialDecay(0.1, 15),
        "polynomial_cycle": lambda: s.PolynomialDecay(0.1, 6, 0.01, power=1.0, cycle=True),
        "cosine": lambda: s.CosineDecay(0.1, 15, alpha=0.1),
        "cosine_warmup": lambda: s.CosineDecay(0.01, 12, alpha=0.05, warmup_target=0.15, warmup_steps=5),
        "cosine_restarts": lambda: s.CosineDecayRestarts(0.1, 4, t_mul=2.0, m_mul=0.5, alpha=0.1),
        "piecewise": lambda: s.PiecewiseConstantDecay([5, 12], [0.1, 0.03, 0.01]),
        "inverse_time": lambda: s.InverseTimeDecay(0.1, 5, 0.7),
        "inverse_time_staircase": lambda: s.InverseTimeDecay(0.1, 5, 0.7, staircase=True),
    }
    for name, make in table.items():
        yield case("schedule_" + name, dense(2), "regression", losses.MeanSquaredError,
                   lambda make=make: optimizers.SGD(make(), momentum=0.5))
    yield case("schedule_adam_cosine_warmup", dense(2), "regression", losses.MeanSquaredError,
               lambda: optimizers.Adam(table["cosine_warmup"]()))


def loss_cases():
    """Every loss with SGD, whose steps are proportional to the gradient, so that a wrong factor shows."""
    n = losses
    softmax, sigmoid = dense(3, "softmax"), dense(1, "sigmoid")
    gentle = {"mean_squared_error_sum": 0.005, "mean_absolute_percentage_error": 0.0005}
    for name, model, target, loss in (
        ("binary_crossentropy", sigmoid, "binary", lambda: n.BinaryCrossentropy()),
        ("binary_crossentropy_logits", dense(1), "binary", lambda: n.BinaryCrossentropy(from_logits=True)),
        ("binary_crossentropy_smoothing", sigmoid, "binary", lambda: n.BinaryCrossentropy(label_smoothing=0.1)),
        ("binary_crossentropy_logits_smoothing", dense(1), "binary",
         lambda: n.BinaryCrossentropy(from_logits=True, label_smoothing=0.1)),
        ("binary_crossentropy_multilabel", dense(3, "sigmoid"), "multilabel", lambda: n.BinaryCrossentropy()),
        ("binary_focal", sigmoid, "binary", lambda: n.BinaryFocalCrossentropy()),
        ("binary_focal_balanced", sigmoid, "binary",
         lambda: n.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=0.3, gamma=1.5)),
        ("binary_focal_logits", dense(1), "binary", lambda: n.BinaryFocalCrossentropy(from_logits=True)),
        ("categorical_crossentropy", softmax, "one_hot", lambda: n.CategoricalCrossentropy()),
        ("categorical_crossentropy_logits", dense(3), "one_hot", lambda: n.CategoricalCrossentropy(from_logits=True)),
        ("categorical_crossentropy_smoothing", softmax, "one_hot",
         lambda: n.CategoricalCrossentropy(label_smoothing=0.1)),
        ("categorical_crossentropy_logits_smoothing", dense(3), "one_hot",
         lambda: n.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)),
        ("categorical_focal", softmax, "one_hot", lambda: n.CategoricalFocalCrossentropy()),
        ("categorical_focal_logits", dense(3), "one_hot",
         lambda: n.CategoricalFocalCrossentropy(alpha=0.4, gamma=1.5, from_logits=True)),
        ("sparse_categorical_crossentropy", softmax, "class_index", lambda: n.SparseCategoricalCrossentropy()),
        ("sparse_categorical_crossentropy_logits", dense(3), "class_index",
         lambda: n.SparseCategoricalCrossentropy(from_logits=True)),
        ("mean_squared_error", dense(2), "regression", lambda: n.MeanSquaredError()),
        ("mean_squared_error_sum", dense(2), "regression", lambda: n.MeanSquaredError(reduction="sum")),
        ("mean_absolute_error", dense(2), "regression", lambda: n.MeanAbsoluteError()),
        ("mean_absolute_percentage_error", dense(2), "away_from_zero", lambda: n.MeanAbsolutePercentageError()),
        ("mean_squared_logarithmic_error", dense(2, "softplus"), "positive",
         lambda: n.MeanSquaredLogarithmicError()),
        ("cosine_similarity", dense(3), "regression3", lambda: n.CosineSimilarity()),
        ("huber", dense(2), "regression", lambda: n.Huber()),
        ("huber_delta", dense(2), "regression", lambda: n.Huber(delta=0.3)),
        ("log_cosh", dense(2), "regression", lambda: n.LogCosh()),
        ("hinge", dense(1), "sign", lambda: n.Hinge()),
        ("hinge_zero_one", dense(1, "tanh"), "binary", lambda: n.Hinge()),
        ("squared_hinge", dense(1), "sign", lambda: n.SquaredHinge()),
        ("categorical_hinge", dense(3), "one_hot", lambda: n.CategoricalHinge()),
        ("kl_divergence", softmax, "distribution", lambda: n.KLDivergence()),
        ("poisson", dense(2, "exponential"), "count", lambda: n.Poisson()),
        ("dice", dense(3, "sigmoid"), "multilabel", lambda: n.Dice()),
        ("dice_axis", dense(3, "sigmoid"), "multilabel", lambda: n.Dice(axis=(1,))),
        ("tversky", dense(3, "sigmoid"), "multilabel", lambda: n.Tversky(alpha=0.3, beta=0.8)),
        ("categorical_generalized_cross_entropy", softmax, "class_index", lambda: n.CategoricalGeneralizedCrossEntropy(q=0.7)),
        ("circle", embedding(4), "class_index", lambda: n.Circle(gamma=10, margin=0.3)),
    ):
        rate = gentle.get(name, 0.1)
        yield case("loss_" + name, model, target, loss, lambda rate=rate: optimizers.SGD(rate))
    for name, model, target, loss in (
        ("binary_crossentropy", conv(1, "sigmoid"), "binary", n.BinaryCrossentropy),
        ("categorical_crossentropy", conv(3, "softmax"), "one_hot", n.CategoricalCrossentropy),
        ("mean_squared_error", conv(2), "regression", n.MeanSquaredError),
    ):
        yield case("conv_loss_" + name, model, target, loss, lambda: optimizers.Adam(0.01))


def weight_cases():
    n, weights = losses, {"sample_weight": True}
    class_weight = {"class_weight": {0: 0.5, 1: 2.0, 2: 1.25}}
    softmax = dense(3, "softmax")
    yield case("sample_weight_mse", dense(2), "regression", n.MeanSquaredError, **weights)
    yield case("sample_weight_mean", dense(2), "regression",
               lambda: n.MeanSquaredError(reduction="mean_with_sample_weight"), **weights)
    yield case("sample_weight_sparse", softmax, "class_index", n.SparseCategoricalCrossentropy, **weights)
    yield case("sample_weight_binary", dense(1, "sigmoid"), "binary", n.BinaryCrossentropy, **weights)
    yield case("class_weight_sparse", softmax, "class_index", n.SparseCategoricalCrossentropy, **class_weight)
    yield case("class_weight_one_hot", softmax, "one_hot", n.CategoricalCrossentropy, **class_weight)
    yield case("class_weight_binary", dense(1, "sigmoid"), "binary", n.BinaryCrossentropy,
               class_weight={0: 0.75, 1: 3.0})


def constraint_cases():
    c = constraints
    held = {
        "max_norm": dense(2, kernel_constraint=lambda: c.MaxNorm(0.5)),
        "max_norm_axis": dense(2, kernel_constraint=lambda: c.MaxNorm(0.5, axis=1)),
        "unit_norm": dense(2, kernel_constraint=lambda: c.UnitNorm()),
        "non_neg": dense(2, kernel_constraint=lambda: c.NonNeg(), bias_constraint=lambda: c.NonNeg()),
        "min_max_norm": dense(2, kernel_constraint=lambda: c.MinMaxNorm(0.4, 0.6, rate=0.7)),
    }
    for name, model in held.items():
        yield case("constraint_" + name, model, "regression", losses.MeanSquaredError)
    # The axes are those of kernels that lie in another order here.
    picture = (8, 8, 3), lambda: [
        layers.Conv2D(4, 3, kernel_constraint=c.MaxNorm(0.6, axis=[0, 1, 2])),
        layers.DepthwiseConv2D(3, depth_multiplier=2, depthwise_constraint=c.UnitNorm(axis=[0, 1])),
        layers.Flatten(),
        layers.Dense(2, kernel_constraint=c.MaxNorm(0.3, axis=0)),
    ]
    yield case("constraint_layouts_adam", picture, "regression", losses.MeanSquaredError, lambda: optimizers.Adam(0.01))


def recurrent_cases():
    models = {
        "lstm": lambda: [layers.LSTM(6), layers.Dense(3, activation="softmax")],
        "gru_bidirectional": lambda: [layers.Bidirectional(layers.GRU(4)), layers.Dense(3, activation="softmax")],
        "lstm_stacked": lambda: [layers.LSTM(5, return_sequences=True), layers.LSTM(4), layers.Dense(3, activation="softmax")],
    }
    for name, make in models.items():
        yield case("recurrent_" + name, ((6, 3), make), "class_index", losses.SparseCategoricalCrossentropy, lambda: optimizers.Adam(0.01))


def ctc_cases():
    model = (6, 3), lambda: [layers.LSTM(5, return_sequences=True), layers.Dense(4)]
    yield case("loss_ctc", model, "labels", losses.CTC, lambda: optimizers.Adam(0.01))


def regularizer_cases():
    r = regularizers
    table = {
        "l1": dense(2, kernel_regularizer=lambda: r.L1(0.01)),
        "l2": dense(2, kernel_regularizer=lambda: r.L2(0.02)),
        "l1_l2": dense(2, kernel_regularizer=lambda: r.L1L2(l1=0.005, l2=0.01)),
        "l2_bias": dense(2, kernel_regularizer=lambda: r.L2(0.02), bias_regularizer=lambda: r.L2(0.05)),
        "orthogonal": dense(2, kernel_regularizer=lambda: r.OrthogonalRegularizer(0.05)),
        "orthogonal_columns": dense(2, kernel_regularizer=lambda: r.OrthogonalRegularizer(0.05, mode="columns")),
        "l2_activity": dense(2, activity_regularizer=lambda: r.L2(0.02)),
    }
    for name, model in table.items():
        yield case("regularizer_" + name, model, "regression", losses.MeanSquaredError)
    yield case("regularizer_l2_adam_global_clipnorm", table["l2"], "regression", losses.MeanSquaredError,
               lambda: optimizers.Adam(0.01, global_clipnorm=0.2))


def all_cases():
    for group in (optimizer_cases, schedule_cases, loss_cases, weight_cases, regularizer_cases, constraint_cases, recurrent_cases, ctc_cases):
        yield from group()
