# Two commands for newcomers: `make run` and `make test`. The rest is for those who change the code.
.PHONY: run demo build check test hardware-test fuzz soak bench screenshots sbom audit deb image image-arm64 bundle image-test clean system test-system bench-system hardware-system image-system

ARGS ?=
KERNELS := dist/firmware/media/kernels.wasm

run: build
	node dist/parley/main.js $(ARGS)

demo: build
	node dist/test/support/demo.js

build: node_modules/.package-lock.json $(KERNELS)
	npx tsc -b
	node scripts/compile-config-check.mjs
	node scripts/bundle.mjs

# All kernels are one module, as they share one memory; it has 48 MiB for good.
$(KERNELS): $(shell find firmware/media/kernels -name '*.ts') node_modules/.package-lock.json
	npx asc firmware/media/kernels/*.ts --outFile $@ --optimizeLevel 3 --noAssert --runtime stub --enable simd \
		--initialMemory 768 --maximumMemory 768

check: build
	npx eslint .
	node scripts/check-floors.mjs
	node scripts/run-tests.mjs --hygiene
	npx prettier --check --log-level warn .

test: test-system build
	node scripts/run-tests.mjs $(ONLY)

# Against drivers of the kernel, in a guest; as root, as packages are fetched for it. ONLY=dahdi: tests of that name.
hardware-test: hardware-system build build/guest/initrd
	ONLY=$(ONLY) scripts/hardware/run.sh build/guest

build/guest/initrd: scripts/hardware/build-guest.sh scripts/hardware/init | hardware-system
	scripts/hardware/build-guest.sh build/guest

# For any Debian 12 machine: build/parley_amd64.deb. See docs/image.md.
deb: build
	scripts/deb/build.sh build

# The box: build/image/parley.img for its disk, as root; and an update for one that runs. See docs/image.md.
image: deb image-system
	scripts/image/build.sh build/image

bundle: image
	UPDATE_KEYS=$(or $(UPDATE_KEYS),build/keys) scripts/image/bundle.sh build/image build/image/root.squashfs \
	  $$(node -p 'require("./package.json").version') build/parley.raucb

# The same for another architecture, as far as its root file system: build/image-arm64/root.squashfs.
image-arm64: build image-system
	scripts/deb/build.sh build arm64
	scripts/image/build.sh build/image-arm64 arm64

# The image in QEMU: a technician, callers, updates. As root.
image-test: image test-system
	scripts/image/test-versions.sh build/image
	scripts/image/test.sh build/image

# What the box is made of, for those who look for known holes (CycloneDX): build/sbom.cdx.json.
sbom: node_modules/.package-lock.json
	mkdir -p build
	npm sbom --sbom-format cyclonedx --omit dev > build/sbom.cdx.json

# Asks the registry for known holes in what the box runs; needs one that answers such questions.
audit: node_modules/.package-lock.json
	npm audit --omit dev --audit-level moderate

# What strangers send, by grammars and led by coverage: 3 million inputs, and a million datagrams. FUZZ=10: ten times that.
FUZZ ?= 1
fuzz: build
	PARLEY_FUZZ=$(FUZZ) PARLEY_LOG=silent node dist/test/fuzz/fuzz.test.js
	PARLEY_FUZZ=$(FUZZ) PARLEY_LOG=silent node dist/test/fuzz/cost.test.js
	PARLEY_FUZZ=$(FUZZ) PARLEY_LOG=silent node dist/test/fuzz/datagrams.test.js

# An hour of churn, thirty million inputs, a simulated day, 60,000 lives of a switchboard among thieves, fifty kills and fifty cut disks, where `make test` takes some of it.
soak: test-system build
	PARLEY_SOAK=1 node dist/test/scenarios/churn.test.js
	PARLEY_SOAK=1 PARLEY_LOG=silent node dist/test/scenarios/many-callers.test.js
	$(MAKE) fuzz FUZZ=10
	PARLEY_SOAK=1 node dist/test/media/playout.test.js
	PARLEY_SOAK=1 PARLEY_LOG=silent node dist/test/call/toll-fraud.test.js
	PARLEY_SOAK=1 node dist/test/recording/power-cut.test.js
	PARLEY_SOAK=1 node dist/test/scenarios/console-noise.test.js
	PARLEY_SOAK=1 node dist/test/recording/cut-image.test.js
	PARLEY_SOAK=1 node dist/test/config/crash-states.test.js

# BENCH=100-one: only these rows of media-bench, without the others.
bench: bench-system build
	node dist/test/bench/media-bench.js
ifndef BENCH
	node dist/test/bench/takeover-bench.js
	node dist/test/bench/parser-bench.js
	node dist/test/bench/flood-bench.js 20
	node dist/test/bench/lines-bench.js
	node dist/test/bench/page-bench.js
endif

# A picture of each page for docs/, looked at before it is committed.
screenshots: test-system build
	node dist/test/support/screenshots.js docs/screenshots

clean:
	rm -rf dist build firmware/sip-parser/dist node_modules

node_modules/.package-lock.json: package.json package-lock.json firmware/sip-parser/package.json | system
	npm ci --silent
	@touch $@

system:
	@scripts/install-packages.sh node npm openssl
	@scripts/install-packages.sh ping:iputils-ping || echo "Without it the console cannot ping; going on." >&2
	@scripts/install-packages.sh libsrtp2.so.1:libsrtp2-1 || echo "Without it no call can be encrypted; going on." >&2
	@scripts/install-packages.sh libopus.so.0:libopus0 || echo "Without it no call can be in Opus; going on." >&2
	@scripts/install-packages.sh libasound.so.2:libasound2 /usr/include/alsa/asoundlib.h:libasound2-dev c++:build-essential python3 || echo "Without them there are no audio ports; going on." >&2

test-system: system
	@scripts/install-packages.sh libsrtp2.so.1:libsrtp2-1 \
	  libopus.so.0:libopus0 \
	  libspandsp.so.2:libspandsp2 \
	  sipp:sip-tester \
	  baresip \
	  sox \
	  chromium-headless-shell \
	  python3 \
	  socat \
	  strace \
	  pulseaudio \
	  '/usr/lib/*/alsa-lib/libasound_module_pcm_pulse.so:libasound2-plugins' \
	  linux.uml:user-mode-linux \
	  dmsetup \
	  rauc \
	  dbus-daemon \
	  mksquashfs:squashfs-tools \
	  mkfs.ext4:e2fsprogs

bench-system: system
	@scripts/install-packages.sh cc:build-essential || echo "Without a compiler the media bench is left out; going on." >&2

hardware-system: test-system
	@scripts/install-packages.sh qemu-system-x86_64:qemu-system-x86 busybox:busybox-static cpio make cc:build-essential gcc-12 modprobe:kmod libelf.so.1:libelf1

image-system: system
	@scripts/install-packages.sh mmdebstrap arch-test mksquashfs:squashfs-tools rauc sgdisk:gdisk busybox:busybox-static cpio zstd mkfs.ext4:e2fsprogs \
	  grub-mkimage:grub-common /usr/lib/grub/i386-pc/boot.img:grub-pc-bin python3 modprobe:kmod make cc:build-essential gcc-12 \
	  libelf.so.1:libelf1 qemu-system-x86_64:qemu-system-x86 qemu-aarch64-static:qemu-user-static mkfs.vfat:dosfstools mcopy:mtools
