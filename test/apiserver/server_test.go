// SPDX-License-Identifier: Apache-2.0

package apiserver_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/krtkit/krtkit/test/apiserver"
)

// version asks the server for its version, over a connection that does not stay.
func version(t *testing.T, config *rest.Config) (string, error) {
	t.Helper()
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		t.Fatalf("client of %s: %v", config.Host, err)
	}
	defer client.CloseIdleConnections()
	d, err := discovery.NewDiscoveryClientForConfigAndClient(config, client)
	if err != nil {
		t.Fatalf("discovery client of %s: %v", config.Host, err)
	}
	info, err := d.ServerVersion()
	if err != nil {
		return "", err
	}
	return info.Major + "." + info.Minor + " " + info.GitVersion, nil
}

func TestServer_isReadyAtOnceAndLeavesNothingBehind(t *testing.T) {
	ignored := goleak.IgnoreCurrent()
	temp := shortTempDir(t)
	t.Setenv("TMPDIR", temp)
	server, err := apiserver.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	fromFile, err := clientcmd.BuildConfigFromFlags("", server.Kubeconfig())
	if err != nil {
		t.Fatalf("kubeconfig: %v", err)
	}
	for name, config := range map[string]*rest.Config{"RESTConfig": server.RESTConfig(), "Kubeconfig": fromFile} {
		got, err := version(t, config)
		if err != nil {
			t.Fatalf("%s: version: %v", name, err)
		}
		if diff := cmp.Diff("1.37 v1.37.2", got); diff != "" {
			t.Errorf("%s: version mismatch (-want +got):\n%s", name, diff)
		}
	}
	if log, err := os.ReadFile(server.LogFile()); err != nil || len(log) == 0 {
		t.Errorf("log file: %d bytes, error %v; want some and none", len(log), err)
	}

	server.Stop()
	server.Stop()
	if _, err := version(t, server.RESTConfig()); err == nil {
		t.Error("a stopped server answers")
	}
	if err := server.Restart(t.Context()); err == nil {
		t.Error("a stopped server was restarted")
	}
	left, err := os.ReadDir(temp)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range left {
		t.Errorf("left behind: %s", entry.Name())
	}
	goleak.VerifyNone(t, ignored)
}

func TestServer_endsWithTheContextOfStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server, err := apiserver.Start(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	server.Stop()
	if _, err := version(t, server.RESTConfig()); err == nil {
		t.Error("the server outlived its context")
	}
	if _, err := os.Stat(server.Kubeconfig()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("kubeconfig after the end: %v; want it gone", err)
	}
}

func TestServer_restartServesOnTheSameAddress(t *testing.T) {
	server, err := apiserver.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	for name, interrupt := range map[string]func(){
		"after Kill":          server.Kill,
		"after two Kills":     func() { server.Kill(); server.Kill() },
		"of a running server": func() {},
	} {
		interrupt()
		if err := server.Restart(t.Context()); err != nil {
			t.Fatalf("restart %s: %v", name, err)
		}
		if _, err := version(t, server.RESTConfig()); err != nil {
			t.Errorf("restarted %s: %v", name, err)
		}
	}
	server.Kill()
	if _, err := version(t, server.RESTConfig()); err == nil {
		t.Error("a killed server answers")
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := server.Restart(over); !errors.Is(err, context.Canceled) {
		t.Errorf("restart with a context that is over: %v; want %v", err, context.Canceled)
	}
}

// TestServer_endsWithAProcessThatIsKilled starts a server in another process and
// kills that with SIGKILL, so that it can tidy up nothing. The ends of connections
// to the API server and to etcd say that they are gone.
func TestServer_endsWithAProcessThatIsKilled(t *testing.T) {
	temp := shortTempDir(t)
	program := filepath.Join(temp, "start")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./start").CombinedOutput(); err != nil {
		t.Fatalf("build start: %v\n%s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = append(cmd.Environ(), "TMPDIR="+temp)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("path of the kubeconfig from start: %v", err)
	}
	kubeconfig := strings.TrimSpace(line)
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	api := dial(t, "tcp", strings.TrimPrefix(config.Host, "https://"))
	etcd := dial(t, "unix", filepath.Join(filepath.Dir(kubeconfig), "etcd.sock"))

	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()                   // "signal: killed"
	_, _ = io.Copy(io.Discard, api)  // however a connection
	_, _ = io.Copy(io.Discard, etcd) // ends, it has ended
	if _, err := version(t, config); err == nil {
		t.Error("the API server outlived the process that started it")
	}
}

// shortTempDir returns a folder whose path, unlike that of t.TempDir, leaves room for
// unix sockets.
func shortTempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "krtkit") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func dial(t *testing.T, network, address string) net.Conn {
	t.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestServer_userMayDoNothingUntilItIsGranted(t *testing.T) {
	server, err := apiserver.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	if _, err := server.User(""); err == nil {
		t.Error("a user without a name was made")
	}
	user, err := server.User("jane", "readers", "testers")
	if err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.BuildConfigFromFlags("", user.Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(user.RESTConfig().TLSClientConfig, config.TLSClientConfig); diff != "" {
		t.Errorf("kubeconfig's certificates differ from RESTConfig's (-want +got):\n%s", diff)
	}
	got, err := whoami(t, config)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("jane [readers testers system:authenticated]", got); diff != "" {
		t.Errorf("who the server takes the user for, mismatch (-want +got):\n%s", diff)
	}
	if err := listNodes(t, config); err == nil || !strings.Contains(err.Error(), `User "jane" cannot list`) {
		t.Errorf("list nodes: %v; want it forbidden", err)
	}
	if err := listNodes(t, server.RESTConfig()); err != nil {
		t.Errorf("admin: list nodes: %v", err)
	}
}

func TestServer_compactMakesTheEtcdOfAServerWithFlagsForget(t *testing.T) {
	server, err := apiserver.Start(t.Context(), apiserver.WithFlags("--watch-cache-sizes=nodes#0"))
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	clients, err := kubernetes.NewForConfig(server.RESTConfig())
	if err != nil {
		t.Fatal(err)
	}
	now, err := clients.CoreV1().Nodes().List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	exactly := metav1.ListOptions{ResourceVersion: now.ResourceVersion, ResourceVersionMatch: metav1.ResourceVersionMatchExact}
	if _, err := clients.CoreV1().Nodes().List(t.Context(), exactly); err != nil {
		t.Errorf("list of the present: %v", err)
	}
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "a"}}
	if node, err = clients.CoreV1().Nodes().Create(t.Context(), node, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	oldest, err := server.Compact(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if order, err := resourceversion.CompareResourceVersion(node.ResourceVersion, oldest); err != nil || order > 0 {
		t.Errorf("compacted to %s before the latest change %s: %v", oldest, node.ResourceVersion, err)
	}
	if _, err := clients.CoreV1().Nodes().List(t.Context(), exactly); !apierrors.IsResourceExpired(err) {
		t.Errorf("list of the past: %v; want it expired", err)
	}
}

func TestServer_certificateForAWhileExpires(t *testing.T) {
	server, err := apiserver.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	user, err := server.UserFor(time.Hour, "jane")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := whoami(t, user.RESTConfig()); err != nil {
		t.Errorf("before the end: %v", err)
	}
	if user, err = server.UserFor(-time.Second, "jane"); err != nil {
		t.Fatal(err)
	}
	if _, err := whoami(t, user.RESTConfig()); !apierrors.IsUnauthorized(err) {
		t.Errorf("after the end: %v; want it unauthorized", err)
	}
}

func whoami(t *testing.T, config *rest.Config) (string, error) {
	t.Helper()
	clients, err := kubernetes.NewForConfig(config)
	if err != nil {
		return "", err
	}
	review, err := clients.AuthenticationV1().SelfSubjectReviews().
		Create(t.Context(), &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	if err != nil {
		return "", err
	}
	return fmt.Sprint(review.Status.UserInfo.Username, " ", review.Status.UserInfo.Groups), nil
}

func listNodes(t *testing.T, config *rest.Config) error {
	t.Helper()
	clients, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	_, err = clients.CoreV1().Nodes().List(t.Context(), metav1.ListOptions{})
	return err
}
