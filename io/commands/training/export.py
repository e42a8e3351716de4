"""`jihwa export`: a trained network as one ONNX file, for other programs."""

import argparse

from jihwa.data.files import write_whole
from jihwa.data.messages import Language
from jihwa.io.settings import options as shared
from jihwa.io.settings.arguments import Command
from jihwa.io.settings.language import speaker
from jihwa.models.training.fitting import trains


def configure(arguments: Command) -> None:
    """Add the command's arguments."""
    arguments.needs("train")
    arguments("bundle", "신경망이 든 모델 파일", "a bundle with a network", metavar="BUNDLE")
    arguments.path(
        "--output",
        "FILE",
        "만들 .onnx 파일: 전처리부터 확률까지",
        "the .onnx file to write: from preprocessing to probabilities",
        type=shared.output_file,
        required=True,
    )


def run(options: argparse.Namespace, language: Language) -> int:
    """Write the file, and say what goes in."""
    bundle = shared.model(options.bundle)
    with trains(options.bundle, "ONNX 파일로 내려면", "Exporting"):
        from jihwa.models.training.export import CHANNELS, to_one_graph
    write_whole(options.output, to_one_graph(bundle))
    network = bundle.network
    columns = CHANNELS[network.inputs.channels] if network else ""
    columns += f" (--features {','.join(bundle.features)})" if bundle.features else ""
    speaker(language).tell(
        f"{options.output}: 입력 channels (1, 프레임, 채널): {columns}; 출력 probability (1, "
        f"{len(bundle.alphabet.signs)}). 지문자의 이름은 파일의 metadata에 있습니다.",
        f"{options.output}: input channels (1, frames, channels): {columns}; output probability "
        f"(1, {len(bundle.alphabet.signs)}). The signs are in its metadata.",
    )
    return 0
