// What Keras 3 has, name by name, and what Lepton has for it.
#include <algorithm>
#include <array>

#include "lepton/base/text.hpp"
#include "lepton/cli/commands.hpp"
#include "lepton/nn/activation.hpp"
#include "lepton/nn/constraint.hpp"
#include "lepton/nn/initializer.hpp"
#include "lepton/nn/layer.hpp"
#include "lepton/nn/loss.hpp"
#include "lepton/nn/metric.hpp"
#include "lepton/nn/regularizer.hpp"
#include "lepton/optim/optimizer.hpp"

namespace lepton::cli {
namespace {

// Names of Keras 3.15 without aliases, base classes and wrappers of other frameworks.
constexpr std::string_view kLayers =
    "Activation ActivityRegularization AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D AdaptiveMaxPooling1D "
    "AdaptiveMaxPooling2D AdaptiveMaxPooling3D Add AdditiveAttention AlphaDropout Attention AugMix AutoContrast Average AveragePooling1D "
    "AveragePooling2D AveragePooling3D BatchNormalization Bidirectional CategoryEncoding CenterCrop Concatenate "
    "ContrastLimitedAdaptiveHistogramEqualization Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D Conv3DTranspose ConvLSTM1D "
    "ConvLSTM2D ConvLSTM3D Cropping1D Cropping2D Cropping3D CutMix Dense DepthwiseConv1D DepthwiseConv2D Discretization Dot Dropout ELU "
    "EinsumDense Embedding Equalization Flatten GRU GRUCell GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D "
    "GlobalAveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GroupNormalization GroupQueryAttention HashedCrossing "
    "Hashing Identity IntegerLookup LSTM LSTMCell Lambda LayerNormalization LeakyReLU Masking MaxNumBoundingBoxes MaxPooling1D "
    "MaxPooling2D "
    "MaxPooling3D Maximum MelSpectrogram Minimum MixUp MultiHeadAttention Multiply Normalization PReLU Permute RMSNormalization RNN "
    "RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop RandomElasticTransform RandomErasing "
    "RandomFlip RandomGaussianBlur RandomGrayscale RandomHue RandomInvert RandomPerspective RandomPosterization RandomRotation "
    "RandomSaturation RandomSharpness RandomShear RandomTranslation RandomZoom ReLU RepeatVector Rescaling Reshape Resizing "
    "ReversibleEmbedding STFTSpectrogram SeparableConv1D SeparableConv2D SimpleRNN SimpleRNNCell Softmax Solarization SpatialDropout1D "
    "SpatialDropout2D SpatialDropout3D SpectralNormalization StackedRNNCells StringLookup Subtract TextVectorization TimeDistributed "
    "UnitNormalization UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D";
constexpr std::string_view kLosses =
    "BinaryCrossentropy BinaryFocalCrossentropy CTC CategoricalCrossentropy CategoricalFocalCrossentropy "
    "CategoricalGeneralizedCrossEntropy CategoricalHinge Circle CosineSimilarity Dice Hinge Huber KLDivergence LogCosh MeanAbsoluteError "
    "MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError Poisson SparseCategoricalCrossentropy SquaredHinge Tversky";
constexpr std::string_view kMetrics =
    "AUC Accuracy BinaryAccuracy BinaryCrossentropy BinaryIoU CategoricalAccuracy CategoricalCrossentropy CategoricalHinge "
    "ConcordanceCorrelation CosineSimilarity F1Score FBetaScore FalseNegatives FalsePositives Hinge IoU KLDivergence LogCoshError "
    "MeanAbsoluteError MeanAbsolutePercentageError MeanIoU MeanSquaredError MeanSquaredLogarithmicError OneHotIoU OneHotMeanIoU "
    "PearsonCorrelation Poisson Precision PrecisionAtRecall R2Score Recall RecallAtPrecision RootMeanSquaredError SensitivityAtSpecificity "
    "SparseCategoricalAccuracy SparseCategoricalCrossentropy SparseTopKCategoricalAccuracy SpecificityAtSensitivity SquaredHinge "
    "TopKCategoricalAccuracy TrueNegatives TruePositives";
constexpr std::string_view kOptimizers =
    "Adadelta Adafactor Adagrad Adam AdamW Adamax Ftrl Lamb Lion LossScaleOptimizer MultiOptimizer Muon Nadam RMSprop SGD "
    "ScheduleFreeAdamW";
constexpr std::string_view kSchedules =
    "CosineDecay CosineDecayRestarts ExponentialDecay InverseTimeDecay PiecewiseConstantDecay PolynomialDecay";
constexpr std::string_view kCallbacks =
    "BackupAndRestore CSVLogger EarlyStopping History LambdaCallback LearningRateScheduler ModelCheckpoint OrbaxCheckpoint ProgbarLogger "
    "ReduceLROnPlateau RemoteMonitor SwapEMAWeights TensorBoard TerminateOnNaN";
constexpr std::string_view kInitializers =
    "Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity LecunNormal LecunUniform Ones Orthogonal RandomNormal RandomUniform "
    "STFT "
    "TruncatedNormal VarianceScaling Zeros";
constexpr std::string_view kRegularizers = "L1 L1L2 L2 OrthogonalRegularizer";
constexpr std::string_view kConstraints = "MaxNorm MinMaxNorm NonNeg UnitNorm";
constexpr std::string_view kActivations =
    "celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu linear log_sigmoid log_softmax mish relu relu6 "
    "selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid sparsemax squareplus tanh tanh_shrink threshold";

// Where Lepton does it in another way.
struct Elsewhere {
  std::string_view keras, lepton;
};
constexpr std::string_view kInRecipe = "in the recipe: `augment=`";
const std::vector<Elsewhere>& elsewhere() {
  static const std::vector<Elsewhere> table = {
      {"layers Lambda", "`custom_layer()` in C++; Python code in a file is never run"},
      {"layers MixUp", kInRecipe},
      {"layers CutMix", kInRecipe},
      {"layers RandAugment", kInRecipe},
      {"layers RandomBrightness", kInRecipe},
      {"layers StringLookup", "`data::StringLookup`, before the graph"},
      {"layers TextVectorization", "`data::TextVectorizer`, before the graph"},
      {"layers Hashing", "`data::Hashing`, before the graph"},
      {"metrics IoU", "`mean_iou`, `binary_iou`"},
      {"metrics OneHotIoU", "`mean_iou`, which takes targets with one place for each class, too"},
      {"metrics OneHotMeanIoU", "`mean_iou`, which takes targets with one place for each class, too"},
      {"metrics TruePositives", "the confusion matrix of a report"},
      {"metrics TrueNegatives", "the confusion matrix of a report"},
      {"metrics FalsePositives", "the confusion matrix of a report"},
      {"metrics FalseNegatives", "the confusion matrix of a report"},
      {"metrics LogCoshError", "`log_cosh`"},
      {"metrics SparseTopKCategoricalAccuracy", "`sparse_top_k_categorical_accuracy`"},
      {"schedules PiecewiseConstantDecay", "`piecewise_constant`"},
      {"callbacks BackupAndRestore", "checkpoints: a training goes on where it stopped, bit for bit"},
      {"callbacks ModelCheckpoint", "checkpoints, and `KeepBest`"},
      {"callbacks History", "what `fit()` returns"},
      {"callbacks ProgbarLogger", "`verbose`"},
      {"callbacks SwapEMAWeights", "`use_ema` of the optimisers"},
  };
  return table;
}
// Callbacks are functions; there is no table of them.
constexpr std::array<std::string_view, 7> kOurCallbacks = {"CSVLogger",         "EarlyStopping", "LambdaCallback", "LearningRateScheduler",
                                                           "ReduceLROnPlateau", "TensorBoard",   "TerminateOnNaN"};

std::string plain(std::string_view name) {
  std::string made;
  for (const char c : name) {
    if (c != '_') made += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return made;
}

template <class Row>
std::vector<std::string> names_of(const Row& rows) {
  std::vector<std::string> names;
  for (const auto& row : rows) names.emplace_back(row.name);
  return names;
}

std::string section(std::string_view kind, std::string_view keras, const std::vector<std::string>& ours, std::vector<std::string>& counts) {
  std::string rows;
  int have = 0, all = 0;
  std::vector<std::string> matched;
  for (const std::string_view name : split(keras, ' ')) {
    const auto same = std::ranges::find(ours, plain(name), plain);
    const auto other = std::ranges::find(elsewhere(), fmt::format("{} {}", kind, name), &Elsewhere::keras);
    std::string lepton = "no";
    if (same != ours.end()) {
      lepton = fmt::format("`{}`", *same);
      matched.push_back(*same);
    } else if (other != elsewhere().end()) {
      lepton = other->lepton;
    }
    ++all;
    if (lepton != "no") ++have;
    rows += fmt::format("| `{}` | {} |\n", name, lepton);
  }
  std::string more;
  for (const std::string& name : ours) {
    if (std::ranges::find(matched, name) == matched.end()) more += fmt::format("{}`{}`", more.empty() ? "" : ", ", name);
  }
  counts.push_back(fmt::format("| {} | {} | {} |\n", kind, all, have));
  return fmt::format("## {}\n\n| Keras | Lepton |\n|---|---|\n{}\n{}", kind, rows,
                     more.empty() ? "" : fmt::format("Only here: {}.\n\n", more));
}

}  // namespace

std::string keras_page() {
  std::vector<std::string> counts;
  std::string text;
  std::vector<std::string> callbacks(kOurCallbacks.begin(), kOurCallbacks.end());
  callbacks.emplace_back("KeepBest");
  text += section("layers", kLayers, names_of(nn::all_layers()), counts);
  text += section("losses", kLosses, names_of(nn::all_losses()), counts);
  text += section("metrics", kMetrics, names_of(nn::all_metrics()), counts);
  text += section("optimizers", kOptimizers, names_of(optim::all_optimizers()), counts);
  text += section("schedules", kSchedules, names_of(optim::all_schedules()), counts);
  text += section("callbacks", kCallbacks, callbacks, counts);
  text += section("initializers", kInitializers, names_of(nn::all_initializers()), counts);
  text += section("regularizers", kRegularizers, names_of(nn::all_regularizers()), counts);
  text += section("constraints", kConstraints, names_of(nn::all_constraints()), counts);
  text += section("activations", kActivations, names_of(nn::all_activations()), counts);
  constexpr std::string_view kHead = R"(# Keras 3 and Lepton, name by name

Names of Keras 3.15 without aliases, base classes and wrappers of other frameworks. What has the same name has Keras's options and
defaults; layers, losses, optimizers, schedules, constraints and most metrics are compared with golden files made with Keras.

| | in Keras | here |
|---|---|---|
)";
  return std::string(kHead) + join(counts, "") + "\n" + text;
}

}  // namespace lepton::cli
