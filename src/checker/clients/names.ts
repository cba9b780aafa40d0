/** What clients call themselves. */
const TITLES: Readonly<Record<string, string>> = {
  entra: "Entra ID",
  okta: "Okta",
  google: "Google Workspace",
  onelogin: "OneLogin",
  jumpcloud: "JumpCloud",
  ping: "PingOne",
  keycloak: "the Keycloak plug-in",
  sailpoint: "SailPoint",
  cyberark: "CyberArk",
  rippling: "Rippling",
  "superoffice-entra": "Entra ID as SuperOffice asks for it",
  auth0: "Auth0",
  aws: "AWS IAM Identity Center",
  databricks: "Databricks",
  salesforce: "Salesforce",
  saviynt: "Saviynt",
  slack: "Slack",
  sourcegraph: "Sourcegraph",
  wso2: "WSO2",
};

export const titleOf = (client: string): string => TITLES[client] ?? client;
