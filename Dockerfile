# One image for all services; the command selects the service. It contains only static
# binaries, root certificates and an empty data folder; the binaries include the time zones.
#
#   docker build -t tocsin .
#   docker run --rm tocsin engine --help

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN mkdir -p /out/bin && mkdir -m 0700 /out/data \
 && CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/bin/ \
      ./cmd/tocsin ./cmd/gateway ./cmd/engine ./cmd/notifier ./cmd/recorder

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/bin/ /usr/local/bin/
# A new volume gets its owner and mode from this folder.
COPY --from=build --chown=65532:65532 /out/data /data
ENV PATH=/usr/local/bin TOCSIN_DATA=/data
USER 65532:65532
WORKDIR /
CMD ["tocsin", "--help"]
