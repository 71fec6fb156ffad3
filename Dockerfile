# The program and git, and nothing else: docker run --rm --volume "$PWD:/project:ro" ssot check
# Built from the sources beside it; the base images stand with their release, which hadolint and a reader can look up.
FROM rust:1.95-alpine3.22 AS build
WORKDIR /source
# The allocator is C.
RUN apk add --no-cache build-base=~0.5
COPY Cargo.toml Cargo.lock README.md ssot.schema.json ./
COPY benches benches
COPY rules rules
COPY src src
RUN cargo build --release --locked --bin ssot && strip target/release/ssot

FROM alpine:3.22
RUN apk add --no-cache git=~2.49 && adduser -D -H -u 10001 ssot
COPY --from=build /source/target/release/ssot /usr/local/bin/ssot
USER 10001
WORKDIR /project
# The tree belongs to somebody else than the user in here; it is read and nothing of it runs.
ENV GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=/project SSOT_CACHE_DIR=/tmp/ssot
ENTRYPOINT ["ssot"]
CMD ["check"]
