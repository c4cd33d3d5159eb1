drop index curated.fct_lead_collected_on_idx;
