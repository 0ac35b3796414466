"""Lets the clients of others speak to `lepton serve`. Usage: compare.py FOLDER [LEPTON] (models of write_export_models; needs
requirements.txt)

Every NAME.onnx is asked for the outputs of NAME.npz: by tritonclient with binary tensors and with JSON, and by kserve's client. Then
prometheus_client reads /metrics, and schemathesis tries what /openapi.json describes.
"""
import asyncio
import subprocess
import sys
import urllib.request
from pathlib import Path

import numpy as np
import tritonclient.http as triton
from kserve import InferenceRESTClient, InferInput, InferRequest
from kserve.inference_client import RESTConfig
from prometheus_client.parser import text_string_to_metric_families

SAMPLES = (1, 3, 32)
RELATIVE, ABSOLUTE = 1e-4, 1e-5


def start(folder, lepton):
    command = [lepton, "serve", "--repository", folder, "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    line = server.stdout.readline()
    if "http://" not in line:
        raise SystemExit(f"the server did not start: {line}")
    return server, line.split("http://")[1].split()[0]


def check(model, client, expected, actual):
    if actual.shape != expected.shape or actual.dtype != expected.dtype:
        raise ValueError(f"{model}, {client}: {actual.dtype}{actual.shape} instead of {expected.dtype}{expected.shape}")
    if not np.allclose(actual, expected, rtol=RELATIVE, atol=ABSOLUTE * max(1, np.abs(expected).max())):
        raise ValueError(f"{model}, {client}: differs by {np.abs(actual - expected).max()}")


def by_triton(client, model, feeds, outputs, binary):
    inputs = []
    for spec, value in feeds:
        inputs.append(triton.InferInput(spec["name"], list(value.shape), spec["datatype"]))
        inputs[-1].set_data_from_numpy(value, binary_data=binary)
    wanted = [triton.InferRequestedOutput(spec["name"], binary_data=binary) for spec in outputs]
    answer = client.infer(model, inputs, outputs=wanted, request_id="7")
    assert answer.get_response()["id"] == "7"
    return [answer.as_numpy(spec["name"]) for spec in outputs]


async def by_kserve(client, url, model, feeds, outputs):
    inputs = []
    for spec, value in feeds:
        inputs.append(InferInput(name=spec["name"], shape=list(value.shape), datatype=spec["datatype"]))
        inputs[-1].set_data_from_numpy(value, binary_data=False)
    answer = await client.infer(url, InferRequest(model_name=model, infer_inputs=inputs), model_name=model)
    found = {output.name: output.as_numpy() for output in answer.outputs}
    return [found[spec["name"]] for spec in outputs]


async def compare(folder, address):
    client = triton.InferenceServerClient(address)
    kserve = InferenceRESTClient(RESTConfig(protocol="v2"))
    url = "http://" + address
    assert client.is_server_live() and client.is_server_ready()
    assert await kserve.is_server_live(url) and await kserve.is_server_ready(url)
    compared = 0
    for entry in client.get_model_repository_index():
        model = entry["name"]
        assert entry["state"] == "READY" and client.is_model_ready(model), entry
        metadata, arrays = client.get_model_metadata(model), np.load(folder / f"{model}.npz")
        for samples in SAMPLES:
            feeds = [(spec, arrays[f"{samples}/in{i}"]) for i, spec in enumerate(metadata["inputs"])]
            outputs = metadata["outputs"]
            answers = {"triton, binary": by_triton(client, model, feeds, outputs, True),
                       "triton, JSON": by_triton(client, model, feeds, outputs, False),
                       "kserve": await by_kserve(kserve, url, model, feeds, outputs)}
            for name, values in answers.items():
                for i, value in enumerate(values):
                    check(model, name, arrays[f"{samples}/out{i}"], value)
        client.get_model_config(model)
        assert client.get_inference_statistics(model)["model_stats"][0]["inference_count"] > 0
        compared += 1
    client.unload_model(model)
    assert not client.is_model_ready(model)
    client.load_model(model)
    assert client.is_model_ready(model)
    print(f"{compared} models by tritonclient (binary, JSON) and kserve: the same outputs")
    return compared


def main():
    folder, lepton = Path(sys.argv[1]), (sys.argv[2:] + ["build/release/bin/lepton"])[0]
    server, address = start(str(folder), lepton)
    try:
        compared = asyncio.run(compare(folder, address))
        text = urllib.request.urlopen(f"http://{address}/metrics").read().decode()
        families = {family.name for family in text_string_to_metric_families(text)}
        assert {"nv_inference_request_success", "nv_inference_count"} <= families, families
        schema = f"http://{address}/openapi.json"
        tried = subprocess.run([str(Path(sys.executable).parent / "schemathesis"), "run", schema, "--checks", "not_a_server_error,status_code_conformance,response_schema_conformance",
                                "--max-examples", "50", "--exclude-path-regex", "(un)?load$"])
        return 0 if compared > 0 and tried.returncode == 0 else 1
    finally:
        server.terminate()
        server.wait(timeout=60)


if __name__ == "__main__":
    sys.exit(main())
