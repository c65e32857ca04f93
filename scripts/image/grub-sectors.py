"""grub-sectors.py BOOT CORE IMAGE SECTOR: puts GRUB's first sector (boot.img) at the begin of an image, and the rest
(core.img) at a sector of it, and tells each where the next is. grub-install wants a mounted disk for that."""
import struct
import sys

boot = bytearray(open(sys.argv[1], 'rb').read()[:512])
core = bytearray(open(sys.argv[2], 'rb').read())
sector = int(sys.argv[4])
assert len(core) <= 1 << 20, 'core.img is larger than its partition'
with open(sys.argv[3], 'r+b') as image:
    partitions = image.read(512)[0x1B8:0x1FE]
    struct.pack_into('<Q', boot, 0x5C, sector)  # kernel_sector of boot.S
    boot[0x66:0x68] = b'\x90\x90'  # no check of the drive's number: boot_drive_check of boot.S
    boot[0x1B8:0x1FE] = partitions
    struct.pack_into('<Q', core, 0x1F4, sector + 1)  # the first entry of diskboot.S: where the rest is
    image.seek(0)
    image.write(boot)
    image.seek(sector * 512)
    image.write(core)
