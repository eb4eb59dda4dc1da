"""Image files of every kind that kiln reads, and what Pillow and torchvision make of them.

Run: python tests/golden/photos.py   (writes the files photos/* and photos.safetensors beside it)

Every tensor is 8-bit, `[channels, height, width]`:

* `photos/NAME`: the file as it is: turned upright (ImageOps.exif_transpose), 16 bits rounded to 8 (round(x / 257)), what is
  transparent laid on white (Image.alpha_composite), grey or RGB.
* `resized/NAME/MODE/HEIGHTxWIDTH`: the same, resized. `shorter-crop` is torchvision's Resize and CenterCrop, `stretch` its
  Resize([height, width]), both with antialias on PIL images; `letterbox` is ImageOps.pad on black.
"""

import struct
import zlib
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from safetensors.torch import save_file
from torchvision.transforms import v2

HERE = Path(__file__).parent
FOLDER = HERE / "photos"
FOLDER.mkdir(exist_ok=True)
for old in FOLDER.iterdir():
    old.unlink()
generator = np.random.default_rng(17)


def picture(height, width):
    """Something between a photo and noise, without symmetry."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    red = 255 * x / width
    green = 255 * y / height
    blue = 127 + 120 * np.sin(x / 3.0) * np.cos(y / 5.0)
    colours = np.stack([red, green, blue], axis=-1) + generator.normal(0, 9, (height, width, 3))
    colours[: height // 4, : width // 3] = [230, 20, 40]
    return np.clip(colours, 0, 255).astype(np.uint8)


def smooth(height, width):
    """What JPEG keeps."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    planes = [120 + 100 * np.sin(x / 9.0), 120 + 100 * np.cos(y / 7.0), 60 + 2.0 * x + y]
    return np.clip(np.stack(planes, axis=-1), 0, 255).astype(np.uint8)


tensors = {}


def planes(image):
    array = np.asarray(image)
    array = array[None] if array.ndim == 2 else array.transpose(2, 0, 1)
    return torch.from_numpy(array.copy())


def upright(path):
    """What kiln is to read, as a PIL image of mode L or RGB."""
    image = Image.open(path)
    image = ImageOps.exif_transpose(image)
    if image.mode in ("I;16", "I;16B", "I"):
        return Image.fromarray(np.rint(np.asarray(image).astype(float) / 257).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        grey = image.mode == "LA"
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image).convert("RGB")
        return image.getchannel(0) if grey else image
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode == "L" else image.convert("RGB")


def write(name, image, **options):
    image.save(FOLDER / name, **options)
    tensors[f"photos/{name}"] = planes(upright(FOLDER / name))


rgb = Image.fromarray(picture(21, 30))
photo = Image.fromarray(smooth(40, 56))
grey = photo.convert("L")

# JPEG
write("444.jpg", photo, quality=95, subsampling=0)
write("422.jpg", photo, quality=90, subsampling=1)
write("420.jpg", photo, quality=90, subsampling=2)
write("grey.jpg", grey, quality=90)
write("progressive.jpg", photo, quality=90, progressive=True)
write("cmyk.jpg", photo.convert("CMYK"), quality=95)
for number in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = number
    write(f"exif-{number}.jpg", photo, quality=95, subsampling=0, exif=exif)
    if number in (3, 6, 7):
        write(f"exif-{number}.png", rgb, exif=exif)
        write(f"exif-{number}.webp", rgb, lossless=True, exif=exif)
        write(f"exif-{number}.tiff", rgb, exif=exif)

# PNG
write("rgb.png", rgb)
write("grey.png", rgb.convert("L"))
write("palette.png", rgb.quantize(16))
write("one-bit.png", rgb.convert("1"))
alpha = np.dstack([picture(21, 30), generator.integers(0, 256, (21, 30))]).astype(np.uint8)
alpha[:5, :, 3] = 0
alpha[-5:, :, 3] = 255
write("rgba.png", Image.fromarray(alpha))
write("la.png", Image.fromarray(alpha[..., [0, 3]], "LA"))
transparent = rgb.quantize(16)
write("palette-transparent.png", transparent, transparency=3)
deep = generator.integers(0, 65536, (21, 30)).astype(np.uint16)
write("grey-16.png", Image.fromarray(deep))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# Pillow writes no 16-bit colours.
deep = generator.integers(0, 65536, (21, 30, 3)).astype(">u2")
rows = b"".join(b"\0" + row.tobytes() for row in deep)
header = chunk(b"IHDR", struct.pack(">IIBBBBB", 30, 21, 16, 2, 0, 0, 0))
data = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
(FOLDER / "rgb-16.png").write_bytes(data)
tensors["photos/rgb-16.png"] = planes(np.rint(deep.astype(float) / 257).astype(np.uint8))

# WebP
write("lossless.webp", rgb, lossless=True)
write("lossy.webp", photo, quality=90)
write("alpha.webp", Image.fromarray(alpha), lossless=True, exact=True)
frames = [Image.fromarray(picture(21, 30)) for _ in range(3)]
write("animated.webp", frames[0], save_all=True, append_images=frames[1:], lossless=True)

# GIF
write("still.gif", rgb.quantize(64))
write("animated.gif", frames[0].quantize(32), save_all=True, append_images=[frame.quantize(32) for frame in frames[1:]])
write("transparent.gif", transparent, transparency=3)

# BMP
write("rgb.bmp", rgb)
write("grey.bmp", rgb.convert("L"))
# The palette of a BMP may hold colours, so it is read in colour.
tensors["photos/grey.bmp"] = tensors["photos/grey.bmp"].expand(3, -1, -1)
write("palette.bmp", rgb.quantize(16))

# TIFF
write("rgb.tiff", rgb)
write("lzw.tif", rgb, compression="tiff_lzw")
write("deflate.tif", rgb, compression="tiff_adobe_deflate")
write("grey.tif", rgb.convert("L"))
write("grey-16.tif", Image.fromarray(generator.integers(0, 65536, (21, 30)).astype(np.uint16)))
write("rgba.tif", Image.fromarray(alpha))

# A name that says another kind than the contents.
(FOLDER / "a-png.jpg").write_bytes((FOLDER / "rgb.png").read_bytes())
tensors["photos/a-png.jpg"] = tensors["photos/rgb.png"].clone()

# Resizing: down and up, wide, tall and square.
for name in ["rgb.png", "grey.png", "exif-6.png", "rgba.png"]:
    image = upright(FOLDER / name)
    for height, width in [(8, 8), (13, 13), (16, 10), (40, 40), (21, 21)]:
        shorter = v2.Resize(height, antialias=True) if height == width else None
        if shorter is not None:
            cut = v2.CenterCrop([height, width])(shorter(image))
            tensors[f"resized/{name}/shorter-crop/{height}x{width}"] = planes(cut)
        stretched = v2.Resize([height, width], antialias=True)(image)
        tensors[f"resized/{name}/stretch/{height}x{width}"] = planes(stretched)
        boxed = ImageOps.pad(image, (width, height), method=Image.Resampling.BILINEAR, color=0)
        tensors[f"resized/{name}/letterbox/{height}x{width}"] = planes(boxed)

save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, HERE / "photos.safetensors")
print(len(tensors), "tensors,", sum(path.stat().st_size for path in FOLDER.iterdir()), "bytes of files")
