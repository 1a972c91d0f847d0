// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"context"
	"fmt"
	"os"
	"testing"

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
	os.Exit(m.Run())
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
