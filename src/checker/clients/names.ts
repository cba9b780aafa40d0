/** Clients as their makers write them. */
const NAMES: Readonly<Record<string, string>> = {
  entra: "Microsoft Entra ID",
  okta: "Okta",
  google: "Google Workspace",
  onelogin: "OneLogin",
  jumpcloud: "JumpCloud",
  ping: "PingOne",
  authentik: "authentik",
  keycloak: "Keycloak",
  sailpoint: "SailPoint",
  cyberark: "CyberArk",
  rippling: "Rippling",
  "superoffice-entra": "Microsoft Entra ID as SuperOffice asks for it",
  auth0: "Auth0",
  aws: "AWS IAM Identity Center",
  databricks: "Databricks",
  github: "GitHub",
  gitlab: "GitLab",
  salesforce: "Salesforce",
  saviynt: "Saviynt",
  slack: "Slack",
  snowflake: "Snowflake",
  sourcegraph: "Sourcegraph",
  wso2: "WSO2",
};

export const clientName = (client: string): string => NAMES[client] ?? client;
