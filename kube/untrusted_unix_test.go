// SPDX-License-Identifier: Apache-2.0

//go:build unix

package kube_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/krtkit/krtkit/kube"
)

// To look whether a file can be opened is to open it, and to wait if it is a pipe.
func TestNewUntrustedRestConfig_opensNothingThatIsNotAllowed(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, user := range []string{"client-key: " + pipe, "client-certificate: " + pipe, "tokenFile: " + pipe} {
		if _, err := kube.NewUntrustedRestConfig(untrusted(remote, user)); err == nil {
			t.Errorf("%s is allowed", user)
		}
	}
	p := kube.KubeconfigPolicy{ForbidCAFiles: true}
	if _, err := p.RestConfig(untrusted(remote+", certificate-authority: "+pipe, "token: t")); err == nil {
		t.Error("the CA file is allowed")
	}
}
