// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/kube"
)

// TestKClient_followsWithANewCertificate replaces the files of a client's certificate
// while an informer follows: first in time, by one of another user, which shows whom the
// server takes the client for, and then too late, when the server has refused the old one.
func TestKClient_followsWithANewCertificate(t *testing.T) {
	if raceDetector {
		t.Skip("client-go v0.37.2 reads the certificate without its lock (cert_rotation.go:79); this test runs without -race")
	}
	server := startServer(t)
	for _, name := range []string{"first", "second", "third", "fourth"} {
		grant(t, server, name, rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"configmaps"}, Verbs: []string{"*"}})
	}
	config := rest.CopyConfig(server.RESTConfig())
	config.CertData, config.KeyData = nil, nil
	if err := os.MkdirAll(credentialsDir(), 0o700); err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(credentialsDir(), "") //nolint:usetesting // it stays longer than the test
	if err != nil {
		t.Fatal(err)
	}
	config.CertFile, config.KeyFile = filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	install := func(name string, lifetime time.Duration) {
		t.Helper()
		user := need(server.UserFor(lifetime, name))(t).RESTConfig()
		replaceFile(t, config.KeyFile, user.KeyData)
		replaceFile(t, config.CertFile, user.CertData)
	}

	install("first", time.Hour)
	way := connect(config)
	defer way.breakWith(unreachable)
	informer := follow(t, server, config)
	informer.change(t, 50)
	informer.check(t, "first certificate")
	awaitIdentity(t, informer.client, "first")
	install("second", time.Hour)
	awaitIdentity(t, informer.client, "second")
	informer.change(t, 50)
	informer.check(t, "second certificate")

	const soon = 2 * time.Second
	install("third", soon)
	expired := time.NewTimer(soon)
	awaitIdentity(t, informer.client, "third")
	<-expired.C
	way.breakWith(nil)
	way.awaitRefusal(t, http.MethodGet, http.StatusUnauthorized)
	informer.change(t, 50)
	install("fourth", time.Hour)
	informer.check(t, "fourth certificate")
	awaitIdentity(t, informer.client, "fourth")
}

// replaceFile writes a file in one step, as those who renew credentials do.
func replaceFile(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path+".new", content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// awaitIdentity asks the server whom it takes the client for, until that is the user or
// the server refuses to say it.
func awaitIdentity(t *testing.T, client kube.Client, user string) {
	t.Helper()
	clients, err := kubernetes.NewForConfigAndClient(client.RESTConfig(), client.HTTPClient())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		review, err := clients.AuthenticationV1().SelfSubjectReviews().
			Create(ctx, &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
		switch {
		case apierrors.IsUnauthorized(err):
			return
		case err != nil && ctx.Err() != nil:
			t.Fatalf("the server does not take the client for %s: %v", user, err)
		case err == nil && review.Status.UserInfo.Username == user:
			return
		}
		<-tick.C // a connection that is closed for a new one is an error, too
	}
}
