// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/krtkit/krtkit/kube/internal/source"
	"github.com/krtkit/krtkit/util/cluster"
)

// NewClient returns a client for what a kubeconfig loader leads to, named by a
// cluster ID. It is [New] for code that has a clientcmd.ClientConfig.
func NewClient(clientConfig clientcmd.ClientConfig, id cluster.ID) (Client, error) {
	config, err := clientConfig.ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("load kubeconfig%s: %w", ofCluster(id), err)
	}
	c, err := New(config, WithClusterID(id))
	if err != nil {
		return nil, fmt.Errorf("client%s: %w", ofCluster(id), err)
	}
	return c, nil
}

func ofCluster(id cluster.ID) string {
	if id == "" {
		return ""
	}
	return fmt.Sprintf(" of cluster %q", id)
}

// BuildClientConfig loads a configuration from where [BuildClientCmd] looks and
// completes it with [SetRestDefaults]. An empty context means the current one.
func BuildClientConfig(kubeconfig, context string) (*rest.Config, error) {
	return DefaultRestConfig(kubeconfig, context)
}

// DefaultRestConfig is [BuildClientConfig] with functions that change the
// configuration afterwards, in order.
func DefaultRestConfig(kubeconfig, configContext string, fns ...func(*rest.Config)) (*rest.Config, error) {
	config, err := BuildClientCmd(kubeconfig, configContext).ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", describeKubeconfig(kubeconfig, configContext), err)
	}
	config = SetRestDefaults(config)
	for _, f := range fns {
		f(config)
	}
	return config, nil
}

func describeKubeconfig(kubeconfig, context string) string {
	name := "kubeconfig"
	if kubeconfig != "" {
		name += " " + kubeconfig
	}
	if context != "" {
		name += fmt.Sprintf(" (context %q)", context)
	}
	return name
}

// BuildClientCmd returns a loader that looks for a configuration in this order: in
// the file, if one is named; in the files that the environment variable KUBECONFIG
// lists, those that exist, the first of which names the current context; in the
// service account of the pod that this process runs in; in ~/.kube/config. A context
// that is named takes the place of the current one, and rules the pod out. Then the
// functions override what is in the files.
func BuildClientCmd(
	kubeconfig, context string, overrides ...func(*clientcmd.ConfigOverrides),
) clientcmd.ClientConfig {
	o := &clientcmd.ConfigOverrides{CurrentContext: context}
	for _, f := range overrides {
		f(o)
	}
	rules := ConfigLoadingRules(kubeconfig)
	files := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, o)
	if o.CurrentContext == "" && rules.ExplicitPath == "" && slices.Equal(rules.Precedence, []string{clientcmd.RecommendedHomeFile}) {
		return podFirst{loader: files, inPod: rest.InClusterConfig}
	}
	return files
}

// podFirst asks for the pod's service account before the file in the home
// directory; client-go's loader asks in the opposite order.
type podFirst struct {
	loader

	inPod func() (*rest.Config, error)
}

type loader = clientcmd.ClientConfig

// ClientConfig returns the pod's configuration, or else the loader's.
func (p podFirst) ClientConfig() (*rest.Config, error) {
	inPod, podErr := p.inPod()
	if podErr == nil {
		return inPod, nil
	}
	config, err := p.loader.ClientConfig()
	if err != nil && !errors.Is(podErr, rest.ErrNotInCluster) {
		return nil, fmt.Errorf("%w; and of the pod's service account: %w", err, podErr)
	}
	return config, err
}

// ConfigLoadingRules says which files a configuration is read from: the one that
// is named, or else those that the environment variable KUBECONFIG lists, or else
// ~/.kube/config.
func ConfigLoadingRules(kubeconfig string) *clientcmd.ClientConfigLoadingRules {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = kubeconfig
	return rules
}

// InClusterConfig returns the configuration of the pod that this process runs in,
// completed with [SetRestDefaults] and then changed by the functions, in order.
func InClusterConfig(fns ...func(*rest.Config)) (*rest.Config, error) {
	config, err := rest.InClusterConfig()
	if err != nil {
		return nil, fmt.Errorf("load the pod's service account: %w", err)
	}
	config = SetRestDefaults(config)
	for _, f := range fns {
		f(config)
	}
	return config, nil
}

// SetRestDefaults fills what a client of the core API needs and the configuration
// does not say: version, path, codec of the core types, JSON for requests, protobuf
// before JSON for answers, and user agent. It changes and returns its argument. It
// leaves the rate limit alone; see [New].
func SetRestDefaults(config *rest.Config) *rest.Config {
	if config.GroupVersion == nil || config.GroupVersion.Empty() {
		version := corev1.SchemeGroupVersion
		config.GroupVersion = &version
	}
	if config.APIPath == "" {
		config.APIPath = source.APIPath(*config.GroupVersion)
	}
	if config.ContentType == "" {
		config.ContentType = runtime.ContentTypeJSON
	}
	if config.AcceptContentTypes == "" {
		config.AcceptContentTypes = source.AcceptProtobuf
	}
	if config.NegotiatedSerializer == nil {
		config.NegotiatedSerializer = serializer.NewCodecFactory(scheme.Scheme).WithoutConversion()
	}
	if config.UserAgent == "" {
		config.UserAgent = UserAgent()
	}
	return config
}

// UserAgent returns what clients of this program call themselves by default: the
// name of the program and the version of its main module, as in "cart/v1.2.3";
// "cart/devel" if it was built without one.
func UserAgent() string {
	version := "devel"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = strings.Trim(info.Main.Version, "()")
	}
	return filepath.Base(os.Args[0]) + "/" + version
}
