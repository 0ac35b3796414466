// One page without libraries: models, what they do now, and a place to drop a file. All that models and files say is set as text, never as
// markup.
#include "lepton/serve/internal/page.hpp"

namespace lepton::serve {

const std::string_view kPageHtml = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lepton</title>
<link rel="stylesheet" href="/page.css">
</head>
<body>
<h1>Models</h1>
<table>
<thead><tr><th>Name</th><th>Version</th><th>State</th><th>Predictions</th><th>Runs</th><th>ms a run</th></tr></thead>
<tbody id="models"></tbody>
</table>
<h1>Try one</h1>
<p><label>Model <select id="model"></select></label></p>
<p><label>Token, if this server wants one <input id="token" type="password" autocomplete="off"></label></p>
<div id="drop"><p><label>Drop a picture or a CSV file here, or choose one: <input id="file" type="file"></label></p></div>
<p id="error" role="alert"></p>
<table><tbody id="answer"></tbody></table>
<p>Programs speak to this server as <a href="/openapi.json">/openapi.json</a> says; its figures are at <a href="/metrics">/metrics</a>.</p>
<script src="/page.js"></script>
</body>
</html>
)";

const std::string_view kPageScript = R"("use strict";
const at = (id) => document.getElementById(id);
const headers = () => at("token").value ? { Authorization: "Bearer " + at("token").value } : {};

function row(cells) {
  const line = document.createElement("tr");
  for (const text of cells) {
    const cell = document.createElement("td");
    cell.textContent = text;
    line.append(cell);
  }
  return line;
}

async function ask(path, options) {
  const answer = await fetch(path, { ...options, headers: { ...headers(), ...(options && options.headers) } });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error);
  return body;
}

async function showModels() {
  try {
    const models = await ask("/v2/repository/index", { method: "POST" });
    const stats = (await ask("/v2/models/stats")).model_stats;
    at("models").replaceChildren(...models.map((model) => {
      const own = stats.find((s) => s.name === model.name && s.version === model.version);
      const infer = own ? own.inference_stats.compute_infer : { count: 0, ns: 0 };
      const time = infer.count ? (infer.ns / infer.count / 1e6).toFixed(2) : "";
      return row([model.name, model.version, model.state + (model.reason ? ": " + model.reason : ""), own ? own.inference_count : "",
                  own ? own.execution_count : "", time]);
    }));
    const names = [...new Set(models.map((model) => model.name))];
    if ([...at("model").options].map((option) => option.value).join() !== names.join())
      at("model").replaceChildren(...names.map((name) => new Option(name, name)));
    at("error").textContent = "";
  } catch (error) {
    at("error").textContent = error.message;
  }
}

async function predict(file) {
  at("answer").replaceChildren();
  at("error").textContent = "";
  try {
    const path = "/v1/models/" + encodeURIComponent(at("model").value) + "/predict";
    const said = await ask(path, { method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" } });
    const lines = [];
    for (const one of said.predictions.slice(0, 100)) {
      if (!one.probabilities) {
        lines.push(row([one.input, one.value]));
        continue;
      }
      const best = Object.entries(one.probabilities).sort((a, b) => b[1] - a[1]).slice(0, 5);
      for (const [label, probability] of best) lines.push(row([one.input, label, (100 * probability).toFixed(1) + " %"]));
    }
    at("answer").replaceChildren(...lines);
  } catch (error) {
    at("error").textContent = error.message;
  }
  showModels();
}

at("file").addEventListener("change", () => at("file").files.length && predict(at("file").files[0]));
at("token").addEventListener("change", showModels);
for (const name of ["dragover", "drop"]) {
  at("drop").addEventListener(name, (event) => {
    event.preventDefault();
    if (name === "drop" && event.dataTransfer.files.length) predict(event.dataTransfer.files[0]);
  });
}
showModels();
setInterval(showModels, 3000);
)";

const std::string_view kPageStyle =
    R"(body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color-scheme: light dark; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #8888; }
#drop { border: 2px dashed #888; border-radius: .5rem; padding: 1rem; }
#error { color: #c33; }
)";

}  // namespace lepton::serve
