// SPDX-License-Identifier: Apache-2.0

package conformancetest

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
)

// patience is how long a test waits for what should happen at once.
const patience = 30 * time.Second

// Run runs all tests on the server that the configuration leads to, which must be allowed to do everything.
func Run(t *testing.T, cfg *rest.Config) {
	t.Helper()
	for _, group := range []struct {
		name  string
		tests []test
	}{
		{"create", createTests()},
		{"update", updateTests()},
		{"delete", deleteTests()},
		{"list", listTests()},
		{"watch", watchTests()},
		{"patch", patchTests()},
		{"apply", applyTests()},
		{"format", formatTests()},
		{"definition", definitionTests()},
		{"lifecycle", lifecycleTests()},
		{"scale", scaleTests()},
		{"propagation", propagationTests()},
		{"uid", uidTests()},
	} {
		for _, tt := range group.tests {
			t.Run(group.name+"/"+tt.claim, func(t *testing.T) { tt.check(newEnv(t, cfg)) })
		}
	}
}

// test is one claim about the server.
type test struct {
	claim string
	check func(*env)
}

// env is what one test works with.
type env struct {
	*testing.T
	ctx       context.Context //nolint:containedctx // it is the test's
	cfg       *rest.Config
	client    kubernetes.Interface
	dynamic   dynamic.Interface
	metadata  metadata.Interface
	namespace string
}

func newEnv(t *testing.T, cfg *rest.Config) *env {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	e := &env{T: t, ctx: ctx, cfg: rest.CopyConfig(cfg)}
	var err error
	if e.client, err = kubernetes.NewForConfig(e.cfg); err != nil {
		t.Fatal(err)
	}
	if e.dynamic, err = dynamic.NewForConfig(e.cfg); err != nil {
		t.Fatal(err)
	}
	if e.metadata, err = metadata.NewForConfig(e.cfg); err != nil {
		t.Fatal(err)
	}
	ns, err := e.client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "conformance-"},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatalf("creating the test's namespace: %v", err)
	}
	e.namespace = ns.Name
	t.Cleanup(func() {
		// The test's context is over by now.
		err := e.client.CoreV1().Namespaces().Delete(context.WithoutCancel(ctx), ns.Name, metav1.DeleteOptions{})
		if err != nil && !apierrors.IsNotFound(err) {
			t.Errorf("deleting the test's namespace: %v", err)
		}
	})
	return e
}

// must fails the test at once when a call has an error: must(call())(e).
func must[T any](value T, err error) func(*env) T {
	return func(e *env) T {
		e.Helper()
		if err != nil {
			e.Fatal(err)
		}
		return value
	}
}

func (e *env) noError(err error) {
	e.Helper()
	if err != nil {
		e.Fatal(err)
	}
}

// status checks that the error is what the server should answer. Texts that may differ between versions are "".
func (e *env) status(err error, code int, reason metav1.StatusReason, message string) {
	e.Helper()
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		e.Fatalf("got error %v, want a status with code %d", err, code)
	}
	got := status.Status()
	if int(got.Code) != code || got.Reason != reason {
		e.Errorf("got status %d %q (%s), want %d %q", got.Code, got.Reason, got.Message, code, reason)
	}
	if message != "" && got.Message != message {
		e.Errorf("got message %q, want %q", got.Message, message)
	}
}

func (e *env) configMap(name string, labels map[string]string) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: e.namespace, Name: name, Labels: labels},
		Data:       map[string]string{"key": "value"},
	}
}

func (e *env) createConfigMap(name string, labels map[string]string) *corev1.ConfigMap {
	e.Helper()
	return must(e.client.CoreV1().ConfigMaps(e.namespace).Create(e.ctx, e.configMap(name, labels), metav1.CreateOptions{}))(e)
}

// request sends a request that no client would, and returns the status code, the headers and the body.
func (e *env) request(method, path string, header http.Header, body []byte) (int, http.Header, []byte) {
	e.Helper()
	req := newRequest(e, method, path, body)
	maps.Copy(req.Header, header)
	return send(e, req)
}
