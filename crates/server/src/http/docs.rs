//! `/docs`: the OpenAPI document as a page for people. Rendered here, without script, without anything from elsewhere.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use http::{HeaderName, header};
use serde_json::{Map, Value};

use crate::app::App;

/// `/v1/openapi.json`.
pub(crate) async fn description(State(app): State<Arc<App>>) -> ([(HeaderName, &'static str); 1], String) {
    ([(header::CONTENT_TYPE, "application/json")], app.openapi.clone())
}

/// `/docs`.
pub(crate) async fn page(State(app): State<Arc<App>>) -> Html<String> {
    Html(app.docs.clone())
}

/// `/docs/style.css`.
pub(crate) async fn style() -> ([(HeaderName, &'static str); 1], &'static str) {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}

const STYLE: &str = include_str!("docs.css");

/// A whole page in the documentation's dress.
pub(crate) fn page_of(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{}</title>\
         <link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" href=\"/docs/style.css\"></head>\
         <body><main>{body}</main></body></html>",
        escaped(title)
    )
}

/// Text as HTML.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Text as HTML, `words` between backticks as code.
fn prose(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let piece = |(index, part): (usize, &str)| match index % 2 {
        1 => format!("<code>{}</code>", escaped(part)),
        _ => escaped(part),
    };
    parts.map(piece).collect::<String>().replace("\n\n", "</p><p>")
}

/// The page of an OpenAPI document.
pub(crate) fn render(document: &Value) -> String {
    let info = object(document.get("info"));
    let mut body = format!("<h1>{}</h1><p>{}</p>", prose(text(info, "title")), prose(text(info, "description")));
    body.push_str("<p><a href=\"/v1/openapi.json\">openapi.json</a> · <a href=\"/docs/reasons\">reasons</a></p>");
    body.push_str(&callers(document));
    let operations = operations(document);
    body.push_str("<nav><h2>Calls</h2><ul>");
    for operation in &operations {
        body.push_str(&format!(
            "<li><a href=\"#{}\">{}</a> <span>{}</span></li>",
            escaped(operation.id),
            operation.head(),
            prose(text(operation.value, "summary"))
        ));
    }
    body.push_str("</ul></nav>");
    body.extend(operations.iter().map(Operation::section));
    body.push_str("<h2 id=\"schemas\">Shapes</h2>");
    let schemas = object(document.pointer("/components/schemas"));
    body.extend(schemas.iter().map(|(name, schema)| schema_section(name, schema)));
    page_of("Farthing API", &body)
}

struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    id: &'a str,
    value: &'a Map<String, Value>,
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = object(document.get("paths")).iter();
    paths
        .flat_map(|(path, item)| {
            object(Some(item)).iter().map(move |(method, value)| {
                let value = object(Some(value));
                Operation { method, path, id: text(value, "operationId"), value }
            })
        })
        .collect()
}

impl Operation<'_> {
    fn head(&self) -> String {
        format!("<code><b>{}</b> {}</code>", self.method.to_uppercase(), escaped(self.path))
    }

    fn section(&self) -> String {
        let id = escaped(self.id);
        let mut html = format!(
            "<section id=\"{id}\"><h3><a href=\"#{id}\">{}</a></h3><p>{}</p>",
            self.head(),
            prose(text(self.value, "summary"))
        );
        html.push_str(&self.security());
        html.push_str(&self.parameters());
        if let Some(content) = self.value.get("requestBody").and_then(|body| body.get("content")) {
            html.push_str(&format!("<p>Body: {}</p>", content_shape(content)));
        }
        html.push_str("<table><thead><tr><th>Status</th><th>Answer</th></tr></thead><tbody>");
        for (status, answer) in object(self.value.get("responses")) {
            let shape = answer.get("content").map(content_shape).unwrap_or_default();
            let words = prose(text(object(Some(answer)), "description"));
            html.push_str(&format!("<tr><td>{status}</td><td>{shape} {words}</td></tr>"));
        }
        html.push_str("</tbody></table></section>");
        html
    }

    fn security(&self) -> String {
        let schemes = self.value.get("security").and_then(Value::as_array).into_iter().flatten();
        let names: Vec<&str> = schemes.flat_map(|scheme| object(Some(scheme)).keys()).map(String::as_str).collect();
        match names.as_slice() {
            [] => "<p class=\"caller\">Anyone</p>".to_owned(),
            names => {
                let links = names.iter().map(|name| format!("<a href=\"#caller-{name}\">{name}</a>"));
                format!("<p class=\"caller\">{}</p>", links.collect::<Vec<_>>().join(" or "))
            }
        }
    }

    fn parameters(&self) -> String {
        let parameters = self.value.get("parameters").and_then(Value::as_array).into_iter().flatten();
        let rows: String = parameters
            .map(|parameter| {
                let parameter = object(Some(parameter));
                let shape = parameter.get("schema").map(shape).unwrap_or_default();
                let (name, place) = (escaped(text(parameter, "name")), escaped(text(parameter, "in")));
                let words = prose(text(parameter, "description"));
                format!("<tr><td><code>{name}</code></td><td>{place}</td><td>{shape} {words}</td></tr>")
            })
            .collect();
        match rows.is_empty() {
            true => rows,
            false => format!(
                "<table><thead><tr><th>Parameter</th><th>In</th><th></th></tr></thead><tbody>{rows}</tbody></table>"
            ),
        }
    }
}

fn callers(document: &Value) -> String {
    let schemes = object(document.pointer("/components/securitySchemes"));
    let rows = schemes.iter().map(|(name, scheme)| {
        let words = prose(text(object(Some(scheme)), "description"));
        format!("<dt id=\"caller-{0}\"><code>{0}</code></dt><dd>{words}</dd>", escaped(name))
    });
    format!("<h2>Callers</h2><dl>{}</dl>", rows.collect::<String>())
}

fn schema_section(name: &str, schema: &Value) -> String {
    let name = escaped(name);
    let value = object(Some(schema));
    let mut html = format!("<section id=\"schema-{name}\"><h3><a href=\"#schema-{name}\"><code>{name}</code></a></h3>");
    html.push_str(&format!("<p>{}</p>", prose(text(value, "description"))));
    let properties = object(value.get("properties"));
    match properties.is_empty() {
        true => html.push_str(&format!("<p>{}</p>", shape(schema))),
        false => html.push_str(&property_table(value, properties)),
    }
    html.push_str("</section>");
    html
}

fn property_table(schema: &Map<String, Value>, properties: &Map<String, Value>) -> String {
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let rows = properties.iter().map(|(name, property)| {
        let optional = if required.contains(&name.as_str()) { "" } else { " <i>optional</i>" };
        let words = prose(text(object(Some(property)), "description"));
        format!(
            "<tr><td><code>{}</code>{optional}</td><td>{}</td><td>{words}</td></tr>",
            escaped(name),
            shape(property)
        )
    });
    let rows: String = rows.collect();
    format!("<table><thead><tr><th>Member</th><th>Shape</th><th></th></tr></thead><tbody>{rows}</tbody></table>")
}

fn content_shape(content: &Value) -> String {
    let shapes = object(Some(content)).iter().map(|(kind, content)| {
        let shape = content.get("schema").map(shape).unwrap_or_default();
        format!("{shape} <span class=\"kind\">{}</span>", escaped(kind))
    });
    shapes.collect::<Vec<_>>().join(" or ")
}

/// A schema in a few words, its parts as links.
fn shape(schema: &Value) -> String {
    let value = object(Some(schema));
    if let Some(name) = value.get("$ref").and_then(Value::as_str) {
        let name = escaped(name.rsplit('/').next().unwrap_or_default());
        return format!("<a href=\"#schema-{name}\">{name}</a>");
    }
    if let Some(items) = value.get("items") {
        return format!("list of {}", shape(items));
    }
    if let Some(words) = value.get("enum").and_then(Value::as_array) {
        let words = words.iter().map(|word| format!("<code>{}</code>", escaped(&word.to_string())));
        return words.collect::<Vec<_>>().join(" | ");
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        if let Some(shapes) = value.get(choice).and_then(Value::as_array) {
            return shapes.iter().map(shape).collect::<Vec<_>>().join(" | ");
        }
    }
    let kinds = match value.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | "),
        Some(Value::String(kind)) => kind.clone(),
        _ => "any".to_owned(),
    };
    let members: Vec<_> = object(value.get("properties"))
        .iter()
        .map(|(name, property)| format!("<code>{}</code>: {}", escaped(name), shape(property)))
        .collect();
    if members.is_empty() { escaped(&kinds) } else { format!("{{ {} }}", members.join(", ")) }
}

fn object(value: Option<&Value>) -> &Map<String, Value> {
    static EMPTY: std::sync::OnceLock<Map<String, Value>> = std::sync::OnceLock::new();
    value.and_then(Value::as_object).unwrap_or_else(|| EMPTY.get_or_init(Map::new))
}

fn text<'a>(value: &'a Map<String, Value>, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
