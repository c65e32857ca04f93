.PHONY: build check test clean setup

setup: node_modules/.package-lock.json

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --silent
	@touch $@

build: setup
	npx tsc -b

check: build
	npx eslint .
	node scripts/check-floors.mjs
	npx prettier --check --log-level warn .

test: build
	node scripts/run-tests.mjs

clean:
	rm -rf dist firmware/sip-parser/dist
