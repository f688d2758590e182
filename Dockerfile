# The image of the operator. It compiles nothing: `make build` writes the bundle to dist/, this only copies it.
#
# The default base is a tag, so that a plain build works anywhere and gets the newest patches. For a build that can be
# repeated, resolve the tag and give the digest that your registry answered:
#   docker buildx imagetools inspect gcr.io/distroless/nodejs24-debian13:nonroot
#   docker build --build-arg BASE_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot@sha256:<digest> .
ARG BASE_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot
FROM ${BASE_IMAGE}

ARG BASE_IMAGE
ARG VERSION=0.0.0-dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="secrets-operator" \
      org.opencontainers.image.description="Keeps Kubernetes Secrets equal to AWS Secrets Manager and rolls the workloads that use them" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${BASE_IMAGE}"

ENV NODE_ENV=production
WORKDIR /app
# Owned by root: the process cannot change its own code, even where the root file system is writable.
COPY dist/ /app/

# Numeric, because runAsNonRoot cannot judge a name.
USER 65532:65532
EXPOSE 8080
# Without the first flag, SIGUSR1 opens the inspector, and with it every value in memory. With the second, what is young
# has 4 MiB and not 16: a first sync of thousands of objects leaves less behind that is never used again.
ENTRYPOINT ["/nodejs/bin/node", "--disable-sigusr1", "--max-semi-space-size=4", "/app/operator.mjs"]
