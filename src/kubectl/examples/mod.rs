//! Copies, in our own words, of the manifests that tutorials apply from <https://k8s.io/examples>: a page has no network.
//!
//! The scripts in them are shortened: nothing runs them.

use crate::value::Text;

const WEB: &str = include_str!("web.yaml");

/// The manifest at a URL, by its path behind `examples/`, wherever the site or its sources are served from.
pub fn example(url: &str) -> Option<Text> {
    let is_site = ["k8s.io/", "kubernetes.io/", "/kubernetes/website/"];
    if !url.contains("://") || !is_site.iter().any(|it| url.contains(it)) {
        return None;
    }
    let (_, path) = url.split_once("/examples/")?;
    Some(match path {
        "application/web/web.yaml" => WEB.into(),
        "application/web/web-parallel.yaml" => WEB
            .replace(
                "  replicas: 2\n",
                "  podManagementPolicy: Parallel\n  replicas: 2\n",
            )
            .into(),
        "application/mysql/mysql-configmap.yaml" => include_str!("mysql-configmap.yaml").into(),
        "application/mysql/mysql-services.yaml" => include_str!("mysql-services.yaml").into(),
        "application/mysql/mysql-statefulset.yaml" => include_str!("mysql-statefulset.yaml").into(),
        "application/zookeeper/zookeeper.yaml" => include_str!("zookeeper.yaml").into(),
        "application/cassandra/cassandra-service.yaml" => {
            include_str!("cassandra-service.yaml").into()
        }
        "application/cassandra/cassandra-statefulset.yaml" => {
            include_str!("cassandra-statefulset.yaml").into()
        }
        "controllers/nginx-deployment.yaml" => include_str!("deployment.yaml").into(),
        "admin/dns/dnsutils.yaml" => include_str!("dnsutils.yaml").into(),
        _ => return None,
    })
}
