// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"k8s.io/client-go/transport"

	"github.com/krtkit/krtkit/test/apiserver"
)

// TestMain builds the server's program before any test starts one, so that a
// build that does not work is reported once. It can take minutes the first time,
// and says so.
func TestMain(m *testing.M) {
	if _, err := apiserver.Binary(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "these tests need a kube-apiserver:", err)
		os.Exit(1)
	}
	// client-go looks at files of certificates every five minutes.
	transport.CertCallbackRefreshDuration = 100 * time.Millisecond
	code := m.Run()
	if err := os.RemoveAll(credentialsDir()); err != nil {
		fmt.Fprintln(os.Stderr, "remove credentials:", err)
	}
	os.Exit(code)
}

// credentialsDir returns a folder for files of certificates. It stays until all tests have
// ended, because client-go may look at them when the test that made them is over.
func credentialsDir() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("krtkit-e2e-%d", os.Getpid()))
}

// startServer runs an API server until the test ends. A failed test shows the end
// of its log.
func startServer(t *testing.T, opts ...apiserver.Option) *apiserver.Server {
	t.Helper()
	// The test's own context ends before its cleanups, which may need the server.
	server, err := apiserver.Start(context.WithoutCancel(t.Context()), opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the API server's log ends:\n%s", server.LogTail())
		}
		server.Stop()
	})
	return server
}
