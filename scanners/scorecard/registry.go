package scorecard

import (
	"errors"
	"net/http"
	"os"
	"sync"

	"github.com/google/go-containerregistry/pkg/v1/remote"
)

var errRegistryAccess = errors.New("midspan: container registries are not asked")

// offlineTransport is an http.RoundTripper that sends nothing.
type offlineTransport struct{}

func (offlineTransport) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errRegistryAccess
}

// disableRegistries keeps Pinned-Dependencies off the network, once a process.
//
// For each image in a Dockerfile that is not pinned, Scorecard requests a digest
// from the image's registry, only for the text of a hint (not the score). It
// takes no client for that and hands on no context; the one handle is a global of
// go-containerregistry. Nothing else in Midspan connects to a registry, so the
// global is set for good: a scan that set it and put it back would race with the
// next one.
//
// Before it sends, go-containerregistry reads the user's container
// credentials and may start the credential helper that they name, with a host
// that the scanned repository chose. DOCKER_CONFIG is pointed at a place where
// no configuration can be, which ends the search with an error or without
// credentials. It reaches this process only: git gets an environment of its
// own.
var disableRegistries = sync.OnceFunc(func() {
	remote.DefaultTransport = offlineTransport{}
	_ = os.Setenv("DOCKER_CONFIG", os.DevNull) // fails for malformed names only
})
