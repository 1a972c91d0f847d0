// SPDX-License-Identifier: Apache-2.0

package clients_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	ctrl "sigs.k8s.io/controller-runtime"
	ctrlclient "sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/krtkit/krtkit/kube/kubefake"
)

// patience is how long a test waits for what should happen at once.
const patience = 30 * time.Second

func TestMain(m *testing.M) {
	ctrl.SetLogger(logr.Discard()) // it complains if it has none
	os.Exit(m.Run())
}

// world is one server and all its clients.
type world struct {
	*testing.T
	ctx      context.Context //nolint:containedctx // it is the test's
	server   *kubefake.Server
	typed    kubernetes.Interface
	dynamic  dynamic.Interface
	metadata metadata.Interface
	runtime  ctrlclient.WithWatch
	address  string // for kubectl
	home     string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	server := kubefake.NewServer(wheelDefinition())
	t.Cleanup(server.Close)
	config := server.RESTConfig()
	w := &world{T: t, ctx: ctx, server: server, home: t.TempDir()}
	w.typed = need(kubernetes.NewForConfig(config))(t)
	w.dynamic = need(dynamic.NewForConfig(config))(t)
	w.metadata = need(metadata.NewForConfig(config))(t)
	w.runtime = need(ctrlclient.NewWithWatch(config, ctrlclient.Options{}))(t)
	w.address = need(server.Listen(""))(t)
	return w
}

// need returns what a call has returned, or fails the test: need(call())(t).
func need[V any](v V, err error) func(*testing.T) V {
	return func(t *testing.T) V {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (w *world) noError(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// needKubectl skips the test where there is no kubectl.
func needKubectl(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("kubectl"); err != nil {
		t.Skipf("kubectl is not in PATH; this test runs where it is: %v", err)
	}
}

func (w *world) kubectlCommand(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(w.ctx, "kubectl", append([]string{"--server", "http://" + w.address}, args...)...)
	// Neither a kubeconfig nor a cache of the user's is to have a say.
	cmd.Env = append(os.Environ(), "HOME="+w.home, "KUBECONFIG="+filepath.Join(w.home, "none"))
	return cmd
}

// kubectl runs a command and returns what it says.
func (w *world) kubectl(stdin string, args ...string) string {
	w.Helper()
	cmd := w.kubectlCommand(args...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// resource is something that all clients can write.
type resource struct {
	schema.GroupVersionResource

	kind string
	body string // the field that the tests change
}

func configMaps() resource {
	return resource{schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}, "ConfigMap", "data"}
}

func wheels() resource {
	return resource{schema.GroupVersionResource{Group: "example.com", Version: "v1", Resource: "wheels"}, "Wheel", "spec"}
}

func (r resource) object(name, value string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": r.GroupVersion().String(), "kind": r.kind,
		"metadata": map[string]any{"namespace": "default", "name": name},
		r.body:     map[string]any{"value": value},
	}}
}

// wheelDefinition defines wheels, which have a status of their own.
func wheelDefinition() *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": "wheels.example.com"},
		"spec": map[string]any{
			"group": "example.com", "scope": "Namespaced",
			"names": map[string]any{"plural": "wheels", "singular": "wheel", "kind": "Wheel", "listKind": "WheelList"},
			"versions": []any{map[string]any{
				"name": "v1", "served": true, "storage": true, "subresources": map[string]any{"status": map[string]any{}},
				"schema": map[string]any{"openAPIV3Schema": map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
			}},
		},
	}}
}
