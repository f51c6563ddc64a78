"""ServiceNow over its Table and Batch APIs, as ServiceNow FACTS describes them."""
