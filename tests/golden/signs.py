"""The pictures of docs/guide/your-data.md: circles and squares of many sizes and kinds of files.

Run: python tests/golden/signs.py   (writes the folder docs/guide/signs)
"""

import math
import random
import shutil
from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).parents[2] / "docs/guide/signs"
KINDS = [("jpg", {"quality": 80}), ("png", {}), ("webp", {"quality": 80})]
shutil.rmtree(FOLDER, ignore_errors=True)
random.seed(5)
rows = ["file,shape,size"]
for shape in ["circle", "square"]:
    (FOLDER / shape).mkdir(parents=True)
    for number in range(1, 13):
        width, height = random.randint(24, 48), random.randint(24, 48)
        paper = tuple(random.randint(150, 255) for _ in range(3))
        ink = tuple(random.randint(0, 110) for _ in range(3))
        image = Image.new("RGB", (width, height), paper)
        radius = random.randint(6, min(width, height) // 2 - 4)
        x, y = random.randint(radius, width - radius), random.randint(radius, height - radius)
        half = radius if shape == "circle" else round(radius * math.sqrt(math.pi) / 2)
        box = [x - half, y - half, x + half, y + half]
        getattr(ImageDraw.Draw(image), "ellipse" if shape == "circle" else "rectangle")(box, fill=ink)
        extension, options = KINDS[number % len(KINDS)]
        name = f"{shape}/{number:02}.{extension}"
        image.save(FOLDER / name, **options)
        rows.append(f"{name},{shape},{2 * half}")
(FOLDER.parent / "signs.csv").write_text("\n".join(rows) + "\n")
