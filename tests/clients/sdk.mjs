// Checks with the AWS SDK for JavaScript v3. Run by tests/clients with the sandbox's variables
// set; prints one JSON object per check.
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { GetProductsCommand, PricingClient } from "@aws-sdk/client-pricing";
import {
  GetResourcesCommand, GetTagKeysCommand, ResourceGroupsTaggingAPIClient, TagResourcesCommand,
} from "@aws-sdk/client-resource-groups-tagging-api";
import * as sm from "@aws-sdk/client-sagemaker";
import { GetServiceQuotaCommand, ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import assert from "node:assert/strict";

const DomainId = process.env.STUDIO_DOMAIN_ID;
const settings = { maxAttempts: 1 };
const studio = new sm.SageMakerClient(settings);
const tagging = new ResourceGroupsTaggingAPIClient(settings);
const quotas = new ServiceQuotasClient(settings);
const pricing = new PricingClient({ ...settings, region: "us-east-1" });
const person = { DomainId, UserProfileName: "js-person" };
const space = { DomainId, SpaceName: "js-space" };
const app = { ...space, AppType: "JupyterLab", AppName: "default" };

async function refused(promise, name) {
  const error = await promise.then(() => null, (caught) => caught);
  assert.equal(error?.name, name);
  assert.ok(error.$metadata.requestId, "no request id");
}

async function until(describe, wanted) {
  for (let turn = 0; turn < 100; turn += 1) {
    const { Status } = await describe();
    if (Status === wanted) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`never ${wanted}`);
}

const checks = {
  "describes the domain": async () => {
    const found = await studio.send(new sm.DescribeDomainCommand({ DomainId }));
    assert.equal(found.Status, "InService");
    assert.ok(found.CreationTime instanceof Date);
  },
  "creates a profile": async () => {
    const made = await studio.send(new sm.CreateUserProfileCommand(person));
    assert.match(made.UserProfileArn, /:user-profile\/d-.*\/js-person$/);
    await until(() => studio.send(new sm.DescribeUserProfileCommand(person)), "InService");
  },
  "refuses the name a second time": () =>
    refused(studio.send(new sm.CreateUserProfileCommand(person)), "ResourceInUse"),
  "creates a space": async () => {
    await studio.send(new sm.CreateSpaceCommand({
      ...space,
      OwnershipSettings: { OwnerUserProfileName: "js-person" },
      SpaceSharingSettings: { SharingType: "Shared" },
      SpaceSettings: { AppType: "JupyterLab" },
      Tags: [{ Key: "client", Value: "js" }],
    }));
    await until(() => studio.send(new sm.DescribeSpaceCommand(space)), "InService");
  },
  "starts an app": async () => {
    await studio.send(new sm.CreateAppCommand(app));
    await until(() => studio.send(new sm.DescribeAppCommand(app)), "InService");
  },
  "keeps a space with an app": () =>
    refused(studio.send(new sm.DeleteSpaceCommand(space)), "ResourceInUse"),
  "pages through profiles": async () => {
    const names = [];
    const pages = sm.paginateListUserProfiles({ client: studio, pageSize: 7 }, {});
    for await (const page of pages) names.push(...page.UserProfiles.map((p) => p.UserProfileName));
    assert.equal(new Set(names).size, names.length);
    assert.ok(names.includes("js-person") && names.length > 7);
  },
  "makes a presigned URL": async () => {
    const made = await studio.send(new sm.CreatePresignedDomainUrlCommand(person));
    assert.match(made.AuthorizedUrl, /\/auth\?token=/);
  },
  "finds resources by tag": async () => {
    const found = await tagging.send(new GetResourcesCommand({
      TagFilters: [{ Key: "client", Values: ["js"] }],
    }));
    assert.equal(found.ResourceTagMappingList.length, 1);
  },
  "lists tag keys once": async () => {
    const { TagKeys } = await tagging.send(new GetTagKeysCommand({}));
    assert.equal(new Set(TagKeys).size, TagKeys.length);
  },
  "reports what cannot be tagged": async () => {
    const arn = "arn:aws:sagemaker:eu-west-1:123456789012:domain/d-gone";
    const { FailedResourcesMap } = await tagging.send(new TagResourcesCommand({
      ResourceARNList: [arn], Tags: { a: "1" },
    }));
    assert.equal(FailedResourcesMap[arn].ErrorCode, "InvalidParameterException");
  },
  "refuses a wrong type": () =>
    refused(studio.send(new sm.ListAppsCommand({ MaxResults: "ten" })), "SerializationException"),
  "refuses a value out of range": () =>
    refused(studio.send(new sm.ListAppsCommand({ MaxResults: 1000 })), "ValidationException"),
  "refuses a missing resource": () =>
    refused(studio.send(new sm.DescribeDomainCommand({ DomainId: "d-gone" })), "ResourceNotFound"),
  "reads a quota": async () => {
    const found = await quotas.send(new GetServiceQuotaCommand({
      ServiceCode: "sagemaker", QuotaCode: "L-AC46C40F",
    }));
    assert.ok(found.Quota.Value > 0);
  },
  "reads prices": async () => {
    const found = await pricing.send(new GetProductsCommand({
      ServiceCode: "AmazonSageMaker",
      Filters: [{ Type: "TERM_MATCH", Field: "regionCode", Value: "eu-west-1" }],
    }));
    assert.ok(JSON.parse(String(found.PriceList[0])).product.sku);
  },
  "lists tables": async () => {
    const found = await new DynamoDBClient(settings).send(new ListTablesCommand({}));
    assert.ok(found.TableNames.length > 0);
  },
  "stops the app and deletes everything": async () => {
    await studio.send(new sm.DeleteAppCommand(app));
    await until(() => studio.send(new sm.DescribeAppCommand(app)), "Deleted");
    await studio.send(new sm.DeleteSpaceCommand(space));
    for (let turn = 0; turn < 100; turn += 1) {
      const { Spaces } = await studio.send(new sm.ListSpacesCommand({ SpaceNameContains: "js-space" }));
      if (!Spaces.length) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await studio.send(new sm.DeleteUserProfileCommand(person));
  },
};

for (const [name, check] of Object.entries(checks)) {
  const detail = await check().then(() => "", (error) => String(error));
  console.log(JSON.stringify({ name, ok: detail === "", detail }));
}
